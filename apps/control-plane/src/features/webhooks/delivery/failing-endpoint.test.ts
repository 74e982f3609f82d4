import type { WebhookEndpointWithSecret } from '@tollkeeper/contract';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { Client } from '../../../testing/client.ts';
import { startDeliveryWorld } from '../../../testing/delivery-world.ts';
import { auditEvents, type Query } from '../../../testing/query-database.ts';
import type { TestApp } from '../../../testing/test-app.ts';
import {
  acknowledge,
  answerWith,
  type WebhookReceiver,
} from '../../../testing/webhook-receiver.ts';
import { deliverDue } from './deliver-webhooks.ts';

const PATH = '/v1/webhook-endpoints';
const DAY_MS = 86_400_000;

let app: TestApp;
let owner: Client;
let query: Query;
let receiver: WebhookReceiver;
let endpoint: WebhookEndpointWithSecret;
let now: Date;

beforeAll(async () => {
  ({ app, owner, query, receiver } = await startDeliveryWorld());
});

beforeEach(async () => {
  await query('delete from webhook_endpoint');
  const body = { name: 'Hooks', url: receiver.url, eventTypes: ['api_scope.*'] };
  endpoint = (await owner.post<WebhookEndpointWithSecret>(PATH, body)).body;
  now = new Date();
  await owner.delete('/v1/api-scopes/one.read');
  await owner.post('/v1/api-scopes', { name: 'one.read' });
});

/** Sends what there is, that many days later. */
async function run(days = 0): Promise<void> {
  now = new Date(now.getTime() + days * DAY_MS);
  await query(
    `update webhook_delivery set status = 'pending', tries_count = 0, next_attempt_at = $1`,
    [now],
  );
  await deliverDue({ ...app.services, clock: () => now });
}
const read = async () => {
  const { body } = await owner.get<WebhookEndpointWithSecret>(`${PATH}/${endpoint.id}`);
  return body;
};
it('that answers 410 is disabled at once, with an event', async () => {
  receiver.reply = answerWith(410);
  await run();
  expect(await read()).toMatchObject({
    status: 'disabled',
    disabledReason: 'gone',
    failedCount: 1,
  });
  const events = await auditEvents(query);
  expect(events.find(({ action }) => action === 'webhook_endpoint.disable')).toMatchObject({
    target: { id: endpoint.id },
    actor: { type: 'system', job: 'deliver-webhooks' },
    after: { status: 'disabled', disabledReason: 'gone' },
  });
});

it('is not disabled by what answers at a URL that it has no more, and sends the event to the new one', async () => {
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  receiver.reply = (request, response) => {
    if (request.path === '/hooks/new') return acknowledge(request, response);
    asked.resolve();
    void held.promise.then(() => response.writeHead(410).end());
  };
  const sending = run();
  await asked.promise;
  await owner.patch(`${PATH}/${endpoint.id}`, { url: `${receiver.url}/new` });
  held.resolve();
  await sending;
  expect(await read()).toMatchObject({ status: 'enabled', failingSince: null, failedCount: 0 });
  await run();
  expect(await read()).toMatchObject({ pendingCount: 0, failedCount: 0 });
  expect(receiver.received.at(-1)?.path).toBe('/hooks/new');
});

it('that fails for five days is disabled, and people are warned before', async () => {
  receiver.reply = answerWith(500);
  await run();
  const failingSince = now.toISOString();
  expect(await read()).toMatchObject({ status: 'enabled', failingSince });
  await run(1.9);
  expect(await read()).toMatchObject({ status: 'enabled', failingSince });
  expect(await warnings()).toBe(0);
  await run(0.1);
  await run(2.9);
  expect(await warnings()).toBe(1);
  expect(await read()).toMatchObject({ status: 'enabled', failingSince });
  await run(0.1);
  expect(await read()).toMatchObject({ status: 'disabled', disabledReason: 'failing' });
  const enabled = await owner.post(`${PATH}/${endpoint.id}/enable`);
  expect(enabled.body).toMatchObject({
    status: 'enabled',
    disabledReason: null,
    failingSince: null,
  });
});

it('is never disabled without a warning a day before', async () => {
  receiver.reply = answerWith(500);
  await run();
  await run(9);
  expect([(await read()).status, await warnings()]).toEqual(['enabled', 1]);
  await run(1);
  expect((await read()).status).toBe('disabled');
});

it('is well again after one success', async () => {
  receiver.reply = answerWith(500);
  await run();
  receiver.reply = acknowledge;
  await run(4);
  expect(await read()).toMatchObject({ failingSince: null, status: 'enabled' });
  receiver.reply = answerWith(500);
  await run(4);
  expect(await read()).toMatchObject({ failingSince: now.toISOString(), status: 'enabled' });
});

/** Events of this endpoint, of which members are notified. */
async function warnings(): Promise<number> {
  const events = await auditEvents(query);
  const isWarning = ({ action, target }: (typeof events)[number]) =>
    action === 'webhook_endpoint.fail' && target.id === endpoint.id;
  return events.filter(isWarning).length;
}
