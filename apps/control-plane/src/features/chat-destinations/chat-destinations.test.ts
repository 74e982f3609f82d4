import { CHAT_DESTINATIONS_MAX, type ChatDestination } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllowance } from '../../outgoing/index.ts';
import type { Answer, Client } from '../../testing/client.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { defaultWorkspace, makeKey, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import {
  answerWith,
  startWebhookReceiver,
  type WebhookReceiver,
} from '../../testing/webhook-receiver.ts';

const PATH = '/v1/integrations/chat-destinations';
const SECRET = 'T0PSECRET/B0TOKEN';

let app: TestApp;
let owner: Client;
let query: Query;
let stranger: Client;
let reader: Client;
let confined: Client;
/** Manages integrations, and sees gateways and no keys. */
let manager: Client;
let receiver: WebhookReceiver;
/** Made anew for each test. */
let chat: ChatDestination;

beforeAll(async () => {
  const webhookAllowance = parseAllowance('127.0.0.1');
  ({ app, owner, query } = await startOrganization({ webhookAllowance }));
  receiver = await startWebhookReceiver();
  stranger = await startOtherOrganization(app, owner, query);
  const workspaceId = await defaultWorkspace(owner);
  const keyWith = async (scopes: string[], more = {}) =>
    (await makeKey(app, owner, { profile: 'custom', scopes, ...more })).client;
  reader = await keyWith(['integrations.read']);
  manager = await keyWith(['integrations.manage', 'integrations.read', 'fleet.read']);
  confined = await keyWith(['integrations.manage', 'integrations.read'], { workspaceId });
});

beforeEach(async () => {
  await query('delete from chat_destination');
  receiver.reply = answerWith(200, {}, 'ok');
  receiver.received.length = 0;
  chat = (await create()).body;
});

const body = () => ({
  ...{ name: '#security', service: 'slack', kinds: ['gateway_gone', 'api_key_leaked'] },
  url: `http://127.0.0.1:${receiver.port}/services/${SECRET}`,
});
const create = (given: object = {}, client = owner) =>
  client.post<ChatDestination>(PATH, { ...body(), ...given });
const at = (id = chat.id) => `${PATH}/${id}`;
const newest = async () => (await auditEvents(query)).at(-1);

describe('creating a destination', () => {
  it('never shows its URL again but for the host, and stores it encrypted', async () => {
    expect(chat).toMatchObject({
      ...{ name: '#security', service: 'slack', host: `127.0.0.1:${receiver.port}` },
      ...{ kinds: ['api_key_leaked', 'gateway_gone'], status: 'enabled', health: 'healthy' },
    });
    const [row] = await query<{ url: Buffer }>('select url from chat_destination');
    expect(row?.url.includes(Buffer.from(SECRET))).toBe(false);
    receiver.reply = answerWith(500, {}, `no ${SECRET}`);
    const tested = (await owner.post(`${at()}/test`)).body;
    const shown = [chat, (await owner.get(PATH)).body, await auditEvents(query), tested];
    expect(JSON.stringify([shown, app.logged])).not.toContain(SECRET);
    const stored = await query<{ answers: string }>('select answer::text answers from idempotency');
    expect(JSON.stringify(stored)).not.toContain(SECRET);
    expect((await auditEvents(query)).at(-2)).toMatchObject({
      ...{ action: 'chat_destination.create', target: { type: 'chat_destination', id: chat.id } },
      after: { host: chat.host, urlSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('happens once for an Idempotency-Key, and not for another URL', async () => {
    const again = (given = {}) =>
      owner.post<ChatDestination>(PATH, { ...body(), ...given }, { 'idempotency-key': 'k1' });
    const { id } = (await again()).body;
    expect((await again()).body.id).toBe(id);
    const other = { url: `${body().url}x` };
    expect((await again(other)).problem.code).toBe('idempotency_conflict');
  });

  it.each([
    [{ url: 'http://chat.example/' }, 'url'],
    [{ url: 'https://10.0.0.1/' }, 'url'],
    [{ url: 'https://[::ffff:169.254.169.254]/' }, 'url'],
    [{ url: undefined }, 'url'],
    [{ service: 'irc' }, 'service'],
    [{ kinds: [] }, 'kinds'],
    [{ kinds: ['weather'] }, 'kinds'],
    [{ name: 'a\u202eb' }, 'name'],
  ])('refuses %j', async (given, field) => {
    const { status, problem } = await create(given);
    expect([status, problem.code]).toEqual([422, 'validation_failed']);
    expect(JSON.stringify(problem.errors?.map(({ path }) => path))).toContain(field);
  });

  it('ends at a limit of the organization', async () => {
    for (let n = 1; n < CHAT_DESTINATIONS_MAX; n += 1) await create();
    expect((await create()).problem.code).toBe('invalid_state');
    expect((await create({}, stranger)).status).toBe(201);
  });
});

describe('a caller', () => {
  const verbs: readonly [string, (client: Client) => Promise<Answer>][] = [
    ['creates', (client) => create({}, client)],
    ['edits', (client) => client.patch(at(), { name: 'Other' })],
    ['disables', (client) => client.post(`${at()}/disable`)],
    ['enables', (client) => client.post(`${at()}/enable`)],
    ['tests', (client) => client.post(`${at()}/test`)],
    ['deletes', (client) => client.delete(at())],
  ];

  it.each(verbs)(
    'without the scope, or confined to a workspace, or a stranger, never %s',
    async (verb, call) => {
      const before = await query('select * from chat_destination');
      expect((await call(reader)).problem.code).toBe('insufficient_scope');
      const isOfAll = verb === 'creates';
      const refusal = isOfAll ? 'outside_workspace' : 'not_found';
      expect((await call(confined)).problem.code).toBe(refusal);
      if (!isOfAll) expect((await call(stranger)).status).toBe(404);
      expect(await query('select * from chat_destination')).toEqual(before);
      expect(receiver.received).toEqual([]);
      expect((await call(owner)).status).toBeLessThan(300);
    },
  );

  it('has nothing sent elsewhere that they could not see', async () => {
    const url = `${body().url}/elsewhere`;
    const attempts = [
      () => create({ kinds: ['api_key_changed'] }, manager),
      () => manager.patch(at(), { kinds: ['gateway_gone', 'api_key_leaked', 'audit_alarm'] }),
      () => manager.patch(at(), { url }),
      () => manager.post(`${at()}/enable`),
    ];
    const before = await query('select * from chat_destination');
    for (const attempt of attempts) {
      expect((await attempt()).problem.code).toBe('insufficient_scope');
    }
    expect(await query('select * from chat_destination')).toEqual(before);
    expect((await create({ kinds: ['gateway_gone'] }, manager)).status).toBe(201);
    const fewer = await manager.patch<ChatDestination>(at(), { kinds: ['gateway_gone'] });
    expect(fewer.body.kinds).toEqual(['gateway_gone']);
    expect((await manager.patch(at(), { url })).status).toBe(200);
    expect((await manager.get(PATH)).status).toBe(200);
  });
});

describe('a destination', () => {
  it('is edited, with an event, unless somebody else was faster', async () => {
    const edit = { name: 'Other', kinds: ['gateway_gone'], etag: chat.etag };
    expect((await owner.patch(at(), edit)).body).toMatchObject({ name: 'Other' });
    expect(await newest()).toMatchObject({
      ...{ action: 'chat_destination.update', after: { kinds: ['gateway_gone'] } },
    });
    const late = await owner.patch(at(), { name: 'Late', etag: chat.etag });
    expect(late.problem.code).toBe('edit_conflict');
    expect((await owner.patch(at(), { url: 'https://10.0.0.1/' })).status).toBe(422);
  });

  it('is disabled and enabled, with an event each, once', async () => {
    const set = async (verb: string) => (await owner.post(`${at()}/${verb}`)).body;
    expect(await set('disable')).toMatchObject({
      status: 'disabled',
      disabledReason: 'by_request',
    });
    const before = (await auditEvents(query)).length;
    await set('disable');
    expect((await auditEvents(query)).length).toBe(before);
    expect(await set('enable')).toMatchObject({ status: 'enabled', disabledReason: null });
    expect(await newest()).toMatchObject({ action: 'chat_destination.enable' });
  });

  it('is deleted, with an event', async () => {
    expect((await owner.delete(at())).status).toBe(204);
    expect(await newest()).toMatchObject({ action: 'chat_destination.delete', after: null });
    expect((await owner.get(at())).status).toBe(404);
  });

  it('is tested at once, with an event, also while it is disabled', async () => {
    await owner.post(`${at()}/disable`);
    const { body: test } = await owner.post(`${at()}/test`);
    expect(test).toMatchObject({ status: 200, problem: null });
    expect(receiver.received.map(({ path }) => path)).toEqual([`/services/${SECRET}`]);
    expect(await newest()).toMatchObject({ action: 'chat_destination.test' });
    receiver.reply = answerWith(404, {}, 'no_service');
    expect((await owner.post(`${at()}/test`)).body).toMatchObject({
      problem: 'It answered with status 404 (no_service).',
    });
    receiver.reply = answerWith(410);
    await owner.post(`${at()}/enable`);
    expect((await owner.post(`${at()}/test`)).body).toMatchObject({
      problem: 'It answered with status 410: it takes no messages any more.',
    });
    // A test decides nothing.
    expect((await owner.get<ChatDestination>(at())).body).toMatchObject({ status: 'enabled' });
  });
});
