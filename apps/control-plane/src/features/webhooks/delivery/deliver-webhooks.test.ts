import type {
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpointWithSecret,
} from '@tollkeeper/contract';
import { webhookPayload } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllowance } from '../../../outgoing/index.ts';
import type { Client } from '../../../testing/client.ts';
import { type DeliveryWorld, startDeliveryWorld } from '../../../testing/delivery-world.ts';
import { auditEvents, type Query } from '../../../testing/query-database.ts';
import type { TestApp } from '../../../testing/test-app.ts';
import {
  acknowledge,
  answerWith,
  signaturesBy,
  type WebhookReceiver,
} from '../../../testing/webhook-receiver.ts';
import { claimDeliveries } from './claim-deliveries.ts';
import { deliverDue, deliverWebhooks } from './deliver-webhooks.ts';
import { fanOutEvents } from './fan-out-events.ts';

const PATH = '/v1/webhook-endpoints';
const DAY_S = 86_400;

let app: TestApp;
let owner: Client;
let query: Query;
let receiver: WebhookReceiver;
/** Receives the events of roles. */
let endpoint: WebhookEndpointWithSecret;
let act: DeliveryWorld['act'];
let now: Date;

beforeAll(async () => {
  ({ app, owner, query, receiver, act } = await startDeliveryWorld());
});

beforeEach(async () => {
  await query('delete from webhook_endpoint');
  now = new Date();
  endpoint = await create();
  receiver.reply = acknowledge;
  receiver.received.length = 0;
});

async function create(body: object = {}): Promise<WebhookEndpointWithSecret> {
  const given = { name: 'Hooks', url: receiver.url, eventTypes: ['role.*'], ...body };
  return (await owner.post<WebhookEndpointWithSecret>(PATH, given)).body;
}

const services = () => ({ ...app.services, clock: () => now });
const run = () => deliverDue(services());
const pass = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const at = (id = endpoint.id) => `${PATH}/${id}`;
const read = async (id = endpoint.id) => (await owner.get<WebhookEndpointWithSecret>(at(id))).body;
const deliveries = async () =>
  (await owner.get<{ data: WebhookDelivery[] }>(`${at()}/deliveries`)).body.data;
const attempts = async (search = '') =>
  (
    await owner.get<{ data: WebhookAttempt[]; nextCursor: string | null }>(
      `${at()}/attempts${search}`,
    )
  ).body;
const namesReceived = () =>
  receiver.received.map(({ body }) => webhookPayload.parse(JSON.parse(body)).data.target.name);

describe('an event', () => {
  it('is sent once to each endpoint that subscribes to it, signed', async () => {
    const other = await create({ eventTypes: ['policy.*', 'role.delete'] });
    const all = await create({ eventTypes: ['*'], signature: 'v1a' });
    await fanOutEvents(services());
    const name = await act();
    expect(await run()).toBe(2);
    expect(await run()).toBe(0);
    expect(namesReceived()).toEqual([name, name]);
    const secrets = [endpoint.secret ?? '', all.publicKey ?? ''];
    const counts = secrets.map(
      (each) => receiver.received.filter((webhook) => signaturesBy(each, webhook) === 1).length,
    );
    expect(counts).toEqual([1, 1]);
    const [event] = (await owner.get<{ data: object[] }>('/v1/audit-events?limit=1')).body.data;
    const { actorName: _, ...leaf } = event as { actorName: string; id: string; at: string };
    const [webhook] = receiver.received;
    expect(JSON.parse(webhook?.body ?? '')).toEqual({
      type: 'role.create',
      timestamp: leaf.at,
      data: leaf,
    });
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids.toSorted()).toEqual(
      [endpoint.id, all.id].map((id) => `${leaf.id}_${id}`).toSorted(),
    );
    expect((await deliveries())[0]).toMatchObject({
      ...{ eventId: leaf.id, eventType: 'role.create', status: 'delivered', attemptsCount: 1 },
      ...{ lastStatus: 204, lastProblem: null, nextAttemptAt: null },
    });
    expect((await read(other.id)).pendingCount).toBe(0);
  });

  it('of its test reaches an endpoint that does not subscribe to it; its own creation does not', async () => {
    const tested = await create({ eventTypes: ['webhook_endpoint.*'] });
    await run();
    expect(receiver.received).toEqual([]);
    expect((await owner.post(`${at()}/test`)).status).toBe(204);
    expect(await run()).toBe(2);
    expect(namesReceived()).toEqual(['Hooks', 'Hooks']);
    expect((await auditEvents(query)).at(-1)).toMatchObject({ action: 'webhook_endpoint.test' });
    expect(tested.id).not.toBe(endpoint.id);
  });

  it('before an endpoint was created, or while it is disabled, is not sent', async () => {
    await act();
    const late = await create();
    await owner.post(`${at()}/disable`);
    await act();
    await owner.post(`${at()}/enable`);
    await run();
    expect((await read()).pendingCount + (await deliveries()).length).toBe(0);
    const { body } = await owner.get<{ data: unknown[] }>(`${at(late.id)}/deliveries`);
    expect(body.data).toHaveLength(1);
  });

  it('is stored once, however many processes store it', async () => {
    for (let n = 0; n < 5; n += 1) await act();
    const counts: number[] = [];
    const storeAll = async () => {
      const { stored, isMore } = await fanOutEvents(services(), { batchEvents: 2 });
      counts.push(stored);
      if (isMore) await storeAll();
    };
    await Promise.all([storeAll(), storeAll(), storeAll()]);
    expect(counts.reduce((sum, each) => sum + each)).toBe(5);
    expect(await fanOutEvents(services())).toEqual({ stored: 0, isMore: false });
  });

  it('is signed by both secrets for a day after a rotation', async () => {
    const { secret = '' } = (await owner.post<WebhookEndpointWithSecret>(`${at()}/rotate`)).body;
    await act();
    await run();
    pass(DAY_S + 60);
    await act();
    await run();
    const counts = receiver.received.map((each) =>
      [secret, endpoint.secret ?? ''].map((key) => signaturesBy(key, each)),
    );
    expect(counts).toEqual([
      [1, 1],
      [1, 0],
    ]);
  });
});

describe('a delivery', () => {
  it('that fails is tried ten times, with the same id and bytes, then given up, and can be resent', async () => {
    receiver.reply = answerWith(503, {}, 'busy');
    await act();
    for (let n = 0; n < 10; n += 1) {
      expect(await run()).toBe(1);
      now = new Date((await deliveries())[0]?.nextAttemptAt ?? now);
    }
    expect(await run()).toBe(0);
    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({
      status: 'failed',
      attemptsCount: 10,
      lastStatus: 503,
      nextAttemptAt: null,
    });
    expect(
      new Set(receiver.received.map(({ headers, body }) => `${headers['webhook-id']} ${body}`))
        .size,
    ).toBe(1);
    const { data, nextCursor } = await attempts('?limit=4');
    expect(data.map(({ number }) => number)).toEqual([10, 9, 8, 7]);
    expect(data[0]).toMatchObject({
      status: 503,
      problem: 'It answered with status 503.',
      request: {
        url: endpoint.url,
        headers: { 'webhook-id': receiver.received[9]?.headers['webhook-id'] },
        body: receiver.received[9]?.body,
      },
      responseBody: 'busy',
    });
    const next = await attempts(`?limit=100&cursor=${nextCursor}&eventId=${delivery?.eventId}`);
    expect(next.data.map(({ number }) => number)).toEqual([6, 5, 4, 3, 2, 1]);

    receiver.reply = acknowledge;
    const again = await owner.post(`${at()}/resend`, { failedSince: '2020-01-01T00:00:00Z' });
    expect(again.body).toEqual({ resentCount: 1 });
    const resent = (await auditEvents(query)).filter(
      ({ action }) => action === 'webhook_endpoint.resend',
    );
    expect(resent).toMatchObject([{ after: { resentCount: 1 } }]);
    expect(await run()).toBe(1);
    expect((await deliveries())[0]).toMatchObject({ status: 'delivered', attemptsCount: 11 });
    await owner.post(`${at()}/resend`, { eventId: delivery?.eventId });
    expect(await run()).toBe(1);
    expect(receiver.received).toHaveLength(12);
  });

  it('waits for as long as the answer asks, within a day', async () => {
    receiver.reply = answerWith(429, { 'retry-after': '600' });
    await act();
    await run();
    pass(599);
    expect(await run()).toBe(0);
    pass(1);
    expect(await run()).toBe(1);
  });

  it.each([301, 302, 307, 308, 400, 404, 500])('fails for status %s', async (status) => {
    receiver.reply = answerWith(status, { location: receiver.url });
    await act();
    await run();
    expect(receiver.received).toHaveLength(1);
    expect((await deliveries())[0]).toMatchObject({ status: 'pending', lastStatus: status });
  });

  it('fails for an address that the operator does not allow any more', async () => {
    const allowance = parseAllowance('10.0.0.0/8');
    const outgoing = { ...app.services.outgoing, allowance };
    await act();
    await deliverDue({ ...services(), outgoing });
    expect(receiver.received).toEqual([]);
    expect((await deliveries())[0]?.lastProblem).toMatch(/private or special network/);
  });

  it('is claimed by one process, and by another once that was killed', async () => {
    await act();
    await fanOutEvents(services());
    const claims = await Promise.all([1, 2, 3].map(() => claimDeliveries(services(), 10)));
    expect(claims.flat()).toHaveLength(1);
    pass(59);
    expect(await run()).toBe(0);
    pass(1);
    expect(await run()).toBe(1);
    expect(receiver.received).toHaveLength(1);
  });

  it('is sent in its order, one at a time, where the endpoint asks for that', async () => {
    await owner.patch(at(), { isOrdered: true });
    const names = [await act(), await act(), await act()];
    receiver.reply = answerWith(500);
    expect([await run(), await run()]).toEqual([1, 0]);
    receiver.reply = acknowledge;
    pass(20);
    expect([await run(), await run(), await run(), await run()]).toEqual([1, 1, 1, 0]);
    expect(namesReceived()).toEqual([names[0], ...names]);
  });

  it('takes few of the places that a process has, where its endpoint hangs', async () => {
    for (let n = 0; n < 12; n += 1) await act();
    await fanOutEvents(services());
    expect(await claimDeliveries(services(), 100)).toHaveLength(10);
    expect(await claimDeliveries(services(), 100)).toHaveLength(0);
    await query('update webhook_endpoint set failing_since = now()');
    await query('update webhook_delivery set claimed_until = null');
    expect(await claimDeliveries(services(), 100)).toHaveLength(2);
  });
});

it('a run sends what comes up until it is stopped, and ends where no endpoint is enabled', async () => {
  const stopping = new AbortController();
  const limits = { runMs: 600_000, timeoutMs: 60_000, graceMs: 0 };
  const running = deliverWebhooks(app.services, stopping.signal, limits);
  const name = await act();
  await expect.poll(namesReceived).toEqual([name]);
  await expect.poll(async () => (await deliveries())[0]?.status).toBe('delivered');
  // One that hangs at the stop is due at once for another process, without an attempt.
  receiver.reply = () => stopping.abort();
  await act();
  expect(await running).toEqual({ stored: 2, sent: 2 });
  const [cut] = await deliveries();
  expect(cut).toMatchObject({ status: 'pending', attemptsCount: 0 });
  receiver.reply = acknowledge;
  now = new Date();
  expect(await run()).toBe(1);
  await owner.post(`${at()}/disable`);
  const ended = await deliverWebhooks(app.services, new AbortController().signal, limits);
  expect(ended).toEqual({ stored: 0, sent: 0 });
});
