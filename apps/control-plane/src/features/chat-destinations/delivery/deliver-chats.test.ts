import type { ChatDestination } from '@tollkeeper/contract';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { parseAllowance } from '../../../outgoing/index.ts';
import type { Client } from '../../../testing/client.ts';
import { addMember, claimedOrganization, type Person } from '../../../testing/people.ts';
import { auditEvents, type Query } from '../../../testing/query-database.ts';
import { makeKey, startOrganization } from '../../../testing/start-organization.ts';
import type { TestApp } from '../../../testing/test-app.ts';
import {
  answerWith,
  startWebhookReceiver,
  type WebhookReceiver,
} from '../../../testing/webhook-receiver.ts';
import { deriveNotifications } from '../../notifications/index.ts';
import { deliverChatsDue } from './deliver-chats.ts';

const PATH = '/v1/integrations/chat-destinations';
const DAY_MS = 86_400_000;

let app: TestApp;
let owner: Client;
let dev: Person;
let query: Query;
let receiver: WebhookReceiver;
let chat: ChatDestination;
let now: Date;

beforeAll(async () => {
  const webhookAllowance = parseAllowance('127.0.0.1');
  ({ app, owner, query } = await startOrganization({ webhookAllowance }));
  dev = await addMember(app, (await claimedOrganization(app)).organizationId, 'developer');
  receiver = await startWebhookReceiver();
});

beforeEach(async () => {
  // Ahead of the server's clock, however long a test takes.
  now = new Date(Date.now() + 3_600_000);
  await query('delete from chat_destination');
  await derive();
  await query('delete from notification');
  receiver.reply = answerWith(200, {}, 'ok');
  chat = (await create(['api_key_changed', 'audit_alarm'])).body;
});

const create = (kinds: string[]) =>
  owner.post<ChatDestination>(PATH, {
    ...{ name: '#security', service: 'slack', kinds },
    url: `http://127.0.0.1:${receiver.port}/services/x`,
  });
const services = () => ({ ...app.services, clock: () => now });
const derive = () => deriveNotifications(services());
const read = async () => (await owner.get<ChatDestination>(`${PATH}/${chat.id}`)).body;
const actions = async () => (await auditEvents(query)).map(({ action }) => action);

/** Texts of the messages that are sent then. */
async function run(laterMs = 2000): Promise<string[][]> {
  now = new Date(now.getTime() + laterMs);
  receiver.received.length = 0;
  await deliverChatsDue(services());
  return receiver.received.map(({ body }) =>
    (JSON.parse(body) as { blocks: { type: string; text?: { text: string } }[] }).blocks.flatMap(
      ({ text }) => text?.text ?? [],
    ),
  );
}

/** Keys of the developer that the owner revokes. */
async function revokeTheirs(...names: string[]): Promise<void> {
  for (const name of names) {
    const body = { name, profile: 'custom', scopes: ['apis.call'] };
    const { id } = await makeKey(app, dev.client, body);
    await owner.post(`/v1/api-keys/${id}/revoke`, {});
  }
}

it('receives what happens from its creation on, of its kinds, in order and once', async () => {
  await revokeTheirs('one');
  await owner.post('/v1/billing/plan', { plan: 'pro' });
  await revokeTheirs('two');
  await derive();
  expect(await run()).toEqual([
    ['Ada Owner revoked the API key "one".', 'Ada Owner revoked the API key "two".'],
  ]);
  expect(await read()).toMatchObject({ lastDeliveredAt: now.toISOString(), lastProblem: null });
  expect(await run()).toEqual([]);
  await owner.post(`${PATH}/${chat.id}/disable`);
  await revokeTheirs('three');
  await derive();
  expect(await run()).toEqual([]);
  await owner.post(`${PATH}/${chat.id}/enable`);
  await revokeTheirs('four');
  await derive();
  expect(await run()).toEqual([['Ada Owner revoked the API key "four".']]);
});

it('receives what no member is notified of', async () => {
  await query('delete from chat_destination');
  chat = (await create(['plan_change'])).body;
  await owner.post('/v1/billing/plan', { plan: 'developer' });
  await derive();
  expect((await owner.get<{ data: [] }>('/v1/notifications')).body.data).toEqual([]);
  expect(await run()).toEqual([['Ada Owner requested the plan Developer.']]);
});

it('counts many alike, and says so again only where a summary has grown since', async () => {
  await revokeTheirs('a', 'b', 'c', 'd', 'e', 'f', 'g');
  await derive();
  expect(await run()).toEqual([['7 API keys were revoked, such as "a".']]);
  await revokeTheirs('h');
  await derive();
  expect(await run(30_000)).toEqual([]);
  expect(await run(2 * 60_000)).toEqual([['8 API keys were revoked, such as "a".']]);
  // The hour ends, and nothing came meanwhile.
  expect(await run(3_600_000)).toEqual([]);
  await query('update notification set summary_until = null, count = 1');
  await query(`insert into notification select organization_id, number + n, 'ntf_' || n, kind, reason, owner_id,
    null, subject, facts, 1, null, at, created_at from notification, generate_series(1, 5) n`);
  await query('update notification_cursor set last_number = last_number + 5');
  expect(await run()).toEqual([['5 API keys were revoked, such as "a".']]);
});

it('receives what is added to a summary that was open when it was created, enabled, or got the kind', async () => {
  await owner.post(`${PATH}/${chat.id}/disable`);
  await revokeTheirs('a', 'b', 'c', 'd', 'e', 'f');
  await derive();
  await owner.post(`${PATH}/${chat.id}/enable`);
  const other = (await create(['plan_change'])).body;
  await owner.patch(`${PATH}/${other.id}`, { kinds: ['api_key_changed'] });
  await create(['api_key_changed']);
  await revokeTheirs('g');
  await derive();
  const [one, ...more] = await run();
  expect(one).toEqual(['7 API keys were revoked, such as "a".']);
  expect(more).toEqual([one, one]);
});

it('receives summaries that have grown in messages that the services take, however many they are', async () => {
  const { organizationId } = await claimedOrganization(app);
  // Of 40 owners, and of 12 reasons within another kind.
  await query(
    `insert into notification (organization_id, number, id, kind, reason, owner_id, subject, facts, count,
       summary_until, at, created_at)
     select $1, n, 'ntf_' || n, case when n > 40 then 'audit_alarm' else 'api_key_changed' end,
       case when n > 40 then 'reason.' || n else 'api_key.revoke' end, 'mem_' || n,
       '{"type": "api_key", "id": "key_1", "name": "ci"}', '{}', 7, null, now(), now()
     from generate_series(1, 52) n`,
    [organizationId],
  );
  await query(`update chat_destination set number = 52, summaries_due_at = now(), summaries =
    (select jsonb_agg(jsonb_build_object('number', n, 'count', 6, 'dueAt', '2026-01-01T00:00:00.000Z'))
     from generate_series(1, 52) n)`);
  await query('update notification_cursor set last_number = greatest(last_number, 52)');
  const messages = [...(await run()), ...(await run()), ...(await run())];
  expect(messages.map((lines) => lines.length)).toEqual([8, 5]);
  expect(messages[0]?.[0]).toBe('280 API keys were revoked, such as "ci".');
  // One of a kind that the channel receives no more is sent no more.
  await query(`update chat_destination set kinds = '["plan_change"]', summaries_due_at = now(),
    summaries = '[{"number": 1, "count": 6, "dueAt": "2026-01-01T00:00:00.000Z"}]'`);
  expect(await run()).toEqual([]);
});

it('is tried again, after as long as the service asks for, and sends the same and what came meanwhile', async () => {
  receiver.reply = answerWith(429, { 'retry-after': '120' });
  await revokeTheirs('one');
  await derive();
  expect(await run()).toHaveLength(1);
  expect(await read()).toMatchObject({
    ...{ health: 'failing', lastProblem: 'It answered with status 429.' },
    nextAttemptAt: new Date(now.getTime() + 120_000).toISOString(),
  });
  receiver.reply = answerWith(200, {}, 'ok');
  await revokeTheirs('two');
  await derive();
  expect(await run(110_000)).toEqual([]);
  expect((await run(10_000)).flat()).toHaveLength(2);
  expect(await read()).toMatchObject({ health: 'healthy', failingSince: null });
});

it('has one process at a time, and is sent a message again that a killed process had', async () => {
  await revokeTheirs('one');
  await derive();
  const held = Promise.withResolvers<void>();
  receiver.reply = (_, response) => void held.promise.then(() => response.writeHead(200).end('ok'));
  receiver.received.length = 0;
  now = new Date(now.getTime() + 2000);
  const first = deliverChatsDue(services());
  await expect.poll(() => receiver.received.length).toBe(1);
  expect(await deliverChatsDue(services())).toBe(0);
  // As if the first process had been killed: its lease ends, and nothing was recorded.
  const later = { ...services(), clock: () => new Date(now.getTime() + 61_000) };
  const second = deliverChatsDue(later);
  await expect.poll(() => receiver.received.length).toBe(2);
  held.resolve();
  expect(await second).toBe(1);
  const after = await query('select number, claimed_until from chat_destination');
  await first;
  expect(await query('select number, claimed_until from chat_destination')).toEqual(after);
  const [sent, again] = receiver.received;
  expect(again?.body).toBe(sent?.body);
});

it('is not disabled by what answers at a URL that it has no more', async () => {
  await revokeTheirs('one');
  await derive();
  const held = Promise.withResolvers<void>();
  receiver.reply = (_, response) => void held.promise.then(() => response.writeHead(410).end());
  receiver.received.length = 0;
  now = new Date(now.getTime() + 2000);
  const sending = deliverChatsDue(services());
  await expect.poll(() => receiver.received.length).toBe(1);
  const url = `http://127.0.0.1:${receiver.port}/services/y`;
  await owner.patch(`${PATH}/${chat.id}`, { url });
  held.resolve();
  await sending;
  expect(await read()).toMatchObject({ status: 'enabled', failingSince: null });
  receiver.reply = answerWith(200, {}, 'ok');
  expect(await run()).toEqual([['Ada Owner revoked the API key "one".']]);
});

it('is posted what it refuses without its text, and goes on', async () => {
  receiver.reply = ({ body }, response) => {
    const isRefused = body.includes('poison');
    response.writeHead(isRefused ? 400 : 200).end(isRefused ? 'invalid_blocks' : 'ok');
  };
  await revokeTheirs('poison', 'harmless');
  await derive();
  await query(`insert into notification
    select organization_id, number + 1, 'ntf_after', 'audit_alarm', 'audit_log.alarm', null, null,
      subject || '{"name": "after"}', facts, 1, null, at, created_at from notification order by number desc limit 1`);
  await query('update notification_cursor set last_number = last_number + 1');
  await run();
  await run(60_000);
  expect(await read()).toMatchObject({ health: 'failing' });
  const [refused, withheld, ...more] = await run(5 * 60_000);
  expect([refused?.length, withheld, more]).toEqual([
    1,
    ['The text of this notification was refused here. Open Tollkeeper to read it.'],
    [],
  ]);
  const lastProblem = expect.stringMatching(/^A notification was posted without .*invalid_blocks/);
  expect(await read()).toMatchObject({ health: 'healthy', lastProblem });
  expect((await auditEvents(query)).at(-1)).toMatchObject({
    ...{ action: 'chat_destination.refuse', actor: { type: 'system', job: 'deliver-chats' } },
    after: {
      problem: 'It answered with status 400 (invalid_blocks).',
      kinds: ['api_key_changed'],
    },
  });
  const [rest] = await run();
  expect(rest).toEqual(['Ada Owner revoked the API key "harmless".', 'Audit log alarm: after']);
  expect(await read()).toMatchObject({ health: 'healthy', lastProblem });
});

it.each([400, 403, 404])('keeps what waits where all is refused with status %i', async (status) => {
  receiver.reply = answerWith(status, {}, 'no_service');
  await revokeTheirs('one');
  await derive();
  for (let tries = 0; tries < 4; tries += 1) await run(DAY_MS / 24);
  expect(await read()).toMatchObject({ health: 'failing', lastDeliveredAt: null });
  receiver.reply = answerWith(200, {}, 'ok');
  expect(await run(DAY_MS / 24)).toEqual([['Ada Owner revoked the API key "one".']]);
});

it('that fails for five days is disabled, and people are warned a day before', async () => {
  receiver.reply = answerWith(500);
  await revokeTheirs('one');
  await derive();
  await run();
  const failingSince = now.toISOString();
  await run(1.9 * DAY_MS);
  expect(await actions()).not.toContain('chat_destination.fail');
  await run(0.1 * DAY_MS);
  expect(await actions()).toContain('chat_destination.fail');
  await run(2.9 * DAY_MS);
  expect(await read()).toMatchObject({ status: 'enabled', failingSince });
  await run(0.1 * DAY_MS);
  expect(await read()).toMatchObject({ status: 'disabled', disabledReason: 'failing' });
  expect((await auditEvents(query)).at(-1)).toMatchObject({
    ...{ action: 'chat_destination.disable', actor: { type: 'system', job: 'deliver-chats' } },
    after: { disabledReason: 'failing' },
  });
  await derive();
  const bell = await owner.get<{ data: { text: string }[] }>('/v1/notifications');
  expect(bell.body.data.map(({ text }) => text.slice(0, 46))).toEqual([
    'The chat destination "#security" was disabled,',
    'The chat destination "#security" has failed si',
  ]);
});

it('that answers 410 is disabled at once', async () => {
  receiver.reply = answerWith(410, {}, 'channel_is_archived');
  await revokeTheirs('one');
  await derive();
  await run();
  expect(await read()).toMatchObject({
    ...{ status: 'disabled', disabledReason: 'gone', health: 'disabled' },
    lastProblem:
      'It answered with status 410 (channel_is_archived): it takes no messages any more.',
  });
});
