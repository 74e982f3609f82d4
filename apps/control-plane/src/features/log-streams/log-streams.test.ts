import type { LogStream } from '@tollkeeper/contract';
import { LOG_STREAMS_MAX } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import {
  type LackingCallers,
  startDeliveryWorld,
  startLackingCallers,
} from '../../testing/delivery-world.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { answerWith, type WebhookReceiver } from '../../testing/webhook-receiver.ts';
import { deliverStreamsDue } from './delivery/index.ts';

const PATH = '/v1/log-streams';
const SECRET = 'hec-token-of-splunk';

let app: TestApp;
let owner: Client;
let query: Query;
let { stranger, viewer, confined, manager } = {} as LackingCallers;
let receiver: WebhookReceiver;
/** Made anew for each test. */
let stream: LogStream;

beforeAll(async () => {
  const world = await startDeliveryWorld();
  ({ app, owner, query, receiver } = world);
  ({ stranger, viewer, confined, manager } = await startLackingCallers(world));
});

beforeEach(async () => {
  await query('delete from log_stream');
  receiver.reply = answerWith(200, {}, '{"text":"Success","code":0}');
  stream = (await create()).body;
});

const body = () => ({
  ...{ name: 'SIEM', destination: 'splunk', secret: SECRET },
  url: `http://127.0.0.1:${receiver.port}`,
});
const create = (given: object = {}, client = owner) =>
  client.post<LogStream>(PATH, { ...body(), ...given });
const at = (id = stream.id) => `${PATH}/${id}`;
const newest = async () => (await auditEvents(query)).at(-1);

describe('creating a stream', () => {
  it('never shows its secret again, and stores it encrypted', async () => {
    expect(stream).toMatchObject({
      ...{
        name: 'SIEM',
        destination: 'splunk',
        format: 'native',
        hasSecret: true,
        status: 'enabled',
      },
      ...{ health: 'healthy', sequence: 0, prunedCount: 0, rejectedCount: 0, failingSince: null },
    });
    expect(stream.backlogCount).toBeGreaterThan(3);
    const [row] = await query<{ secret: Buffer }>('select secret from log_stream');
    expect(row?.secret.includes(Buffer.from(SECRET))).toBe(false);
    const shown = [stream, (await owner.get(PATH)).body, await newest(), app.logged];
    expect(JSON.stringify(shown)).not.toContain(SECRET);
    expect(await newest()).toMatchObject({
      ...{ action: 'log_stream.create', target: { type: 'log_stream', id: stream.id } },
      after: { destination: 'splunk', secretSha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('begins with all that the log has, or with what happens next', async () => {
    const { body: late } = await create({ startAt: 'now' });
    expect(late.sequence).toBeGreaterThan(stream.sequence);
    // Its own creation.
    expect((await owner.get<LogStream>(at(late.id))).body.backlogCount).toBe(1);
  });

  it('happens once for an Idempotency-Key, and not for another secret', async () => {
    const again = (secret = SECRET) =>
      owner.post<LogStream>(PATH, { ...body(), secret }, { 'idempotency-key': 'k1' });
    const { id } = (await again()).body;
    expect((await again()).body.id).toBe(id);
    expect((await again('another-secret')).problem.code).toBe('idempotency_conflict');
  });

  it.each([
    [{ url: 'http://logs.example/' }, 'url'],
    [{ url: 'https://10.0.0.1/' }, 'url'],
    [{ url: 'https://0x7f.2/' }, 'url'],
    [{ url: 'https://logs.example/?token=1' }, 'url'],
    [{ url: undefined }, 'url'],
    [{ secret: undefined }, 'secret'],
    [{ secret: 'two\r\nlines of it' }, 'secret'],
    [{ bucket: 'audit' }, 'bucket'],
    [{ destination: 'datadog' }, 'site'],
    [{ destination: 'https', header: 'Host' }, 'header'],
    [{ destination: 'https', header: 'content-length' }, 'header'],
    [{ destination: 'syslog' }, 'destination'],
    [{ destination: 's3', bucket: '../x', region: 'eu', accessKeyId: 'a' }, 'bucket'],
    [{ destination: 's3', bucket: 'abc', region: 'a/b', accessKeyId: 'a' }, 'region'],
    [
      { destination: 's3', bucket: 'abc', region: 'eu', accessKeyId: 'a', prefix: '../x' },
      'prefix',
    ],
    [{ name: '' }, 'name'],
    [{ format: 'csv' }, 'format'],
  ])('refuses %j', async (given, field) => {
    const { status, problem } = await create(given);
    expect([status, problem.code]).toEqual([422, 'validation_failed']);
    expect(problem.errors?.map(({ path }) => path)).toContain(field);
  });

  it('ends at a limit of the organization', async () => {
    for (let n = 1; n < LOG_STREAMS_MAX; n += 1) await create();
    expect((await create()).problem.code).toBe('invalid_state');
    expect((await create({}, stranger)).status).toBe(201);
    expect((await stranger.get<{ data: LogStream[] }>(PATH)).body.data).toHaveLength(1);
  });
});

describe('a caller', () => {
  const verbs: readonly [
    string,
    (client: Client) => Promise<{ status: number; problem: { code: string } }>,
  ][] = [
    ['lists', (client) => client.get(PATH)],
    ['creates', (client) => create({}, client)],
    ['reads', (client) => client.get(at())],
    ['edits', (client) => client.patch(at(), { name: 'Other' })],
    ['pauses', (client) => client.post(`${at()}/pause`)],
    ['resumes', (client) => client.post(`${at()}/resume`)],
    ['tests', (client) => client.post(`${at()}/test`)],
    ['lists attempts', (client) => client.get(`${at()}/attempts`)],
    ['deletes', (client) => client.delete(at())],
  ];

  it.each(verbs)(
    'without the scope, or confined to a workspace, or a stranger, never %s',
    async (verb, call) => {
      const before = await query('select * from log_stream');
      expect((await call(viewer)).problem.code).toBe('insufficient_scope');
      const isOfAll = verb === 'lists' || verb === 'creates';
      const refusal = isOfAll ? 'outside_workspace' : 'not_found';
      expect((await call(confined)).problem.code).toBe(refusal);
      expect(await query('select * from log_stream')).toEqual(before);
      if (isOfAll) return;
      expect((await call(stranger)).status).toBe(404);
      expect(await query('select * from log_stream')).toEqual(before);
      expect((await call(owner)).status).toBeLessThan(300);
    },
  );

  it.each<[string, (client: Client) => Promise<{ status: number; problem: { code: string } }>]>([
    ['creates', (client) => create({}, client)],
    [
      'sends events elsewhere',
      (client) => client.patch(at(), { url: 'https://other.example/', secret: SECRET }),
    ],
    ['resumes', (client) => client.post(`${at()}/resume`)],
    ['sends them by another secret', (client) => client.patch(at(), { secret: 'of another' })],
    ['lists attempts', (client) => client.get(`${at()}/attempts`)],
  ])('without audit.read never %s', async (_verb, call) => {
    const before = await query('select * from log_stream');
    const { problem } = await call(manager);
    expect(problem).toMatchObject({ code: 'insufficient_scope', scopes: ['audit.read'] });
    expect(await query('select * from log_stream')).toEqual(before);
    expect((await call(owner)).status).toBeLessThan(300);
  });

  it('without audit.read renames, pauses and tests', async () => {
    expect((await manager.patch(at(), { name: 'Other', format: 'ocsf' })).status).toBe(200);
    expect((await manager.post(`${at()}/pause`)).status).toBe(200);
    expect((await manager.post(`${at()}/test`)).status).toBe(200);
  });
});

describe('a stream', () => {
  it('is edited, with an event, unless somebody else was faster', async () => {
    const edit = { name: 'Other', format: 'ocsf', index: 'audit', etag: stream.etag };
    const { body: edited } = await owner.patch<LogStream>(at(), edit);
    expect(edited).toMatchObject({ name: 'Other', format: 'ocsf', index: 'audit' });
    expect(await newest()).toMatchObject({
      ...{ action: 'log_stream.update', before: { index: null }, after: { index: 'audit' } },
    });
    const late = await owner.patch(at(), { name: 'Late', etag: stream.etag });
    expect(late.problem.code).toBe('edit_conflict');
    expect((await owner.patch<LogStream>(at(), { index: null })).body).toMatchObject({
      index: null,
    });
    expect((await owner.patch(at(), {})).status).toBe(422);
    expect((await owner.patch(at(), { bucket: 'audit' })).status).toBe(422);
  });

  it('never sends its secret to a place that somebody names who does not know it', async () => {
    const s3 = { destination: 's3', bucket: 'audit', region: 'eu', accessKeyId: 'a' };
    for (const [given, elsewhere] of [
      [{}, { url: 'https://evil.example/' }],
      [{}, { url: `${body().url}/x` }],
      [{ destination: 'https' }, { header: 'x-evil' }],
      [{ destination: 'datadog', site: 'datadoghq.com' }, { site: 'datadoghq.eu' }],
      [s3, { bucket: 'evil' }],
      [s3, { region: 'us' }],
    ]) {
      const { id } = (await create(given)).body;
      const { status, problem } = await owner.patch(at(id), elsewhere);
      expect([status, problem.errors?.map(({ path }) => path)]).toEqual([422, ['secret']]);
    }
    const given = { url: 'https://other.example/', secret: 'another token' };
    expect((await owner.patch<LogStream>(at(), given)).body.url).toBe('https://other.example/');
  });

  it('loses a secret that it need not have, also where it is to send elsewhere', async () => {
    expect((await owner.patch(at(), { secret: null })).problem.errors).toMatchObject([
      { path: 'secret', message: 'is needed for the destination "splunk"' },
    ]);
    const { id } = (await create({ destination: 'https' })).body;
    const edit = { url: `${body().url}/x`, secret: null };
    expect((await manager.patch(at(id), { secret: null })).problem.scopes).toEqual(['audit.read']);
    expect((await owner.patch<LogStream>(at(id), edit)).body.hasSecret).toBe(false);
    const elsewhere = await manager.patch(at(id), { url: 'https://other.example/' });
    expect(elsewhere.problem.scopes).toEqual(['audit.read']);
    expect(await newest()).toMatchObject({
      ...{ before: { secretSha256: expect.any(String) }, after: { secretSha256: null } },
    });
  });

  it('is paused and resumed, with an event each, once', async () => {
    const set = async (verb: string) => (await owner.post<LogStream>(`${at()}/${verb}`)).body;
    expect(await set('pause')).toMatchObject({ status: 'paused', health: 'paused' });
    expect(await newest()).toMatchObject({ action: 'log_stream.pause' });
    const before = (await auditEvents(query)).length;
    await set('pause');
    expect((await auditEvents(query)).length).toBe(before);
    expect(await set('resume')).toMatchObject({ status: 'enabled', health: 'healthy' });
    expect(await newest()).toMatchObject({ action: 'log_stream.resume' });
  });

  it('is tried again at once where it was edited or resumed, also while an attempt was under way', async () => {
    const isDue = async () => {
      const { nextAttemptAt } = (await owner.get<LogStream>(at())).body;
      return Date.parse(nextAttemptAt ?? '') <= Date.now();
    };
    receiver.reply = answerWith(500);
    await deliverStreamsDue(app.services);
    expect(await isDue()).toBe(false);
    await owner.patch(at(), { name: 'Renamed' });
    expect(await isDue()).toBe(false);
    await owner.patch(at(), { index: 'other' });
    expect(await isDue()).toBe(true);
    receiver.reply = (request, response) =>
      void owner.post(`${at()}/resume`).then(() => answerWith(500)(request, response));
    await deliverStreamsDue(app.services);
    expect(await isDue()).toBe(true);
  });

  it('is deleted, with an event', async () => {
    expect((await owner.delete(at())).status).toBe(204);
    expect(await newest()).toMatchObject({ action: 'log_stream.delete', after: null });
    expect((await owner.get(at())).status).toBe(404);
  });

  it('is tested at once, and shows what the destination said, without the secret', async () => {
    receiver.reply = answerWith(403, {}, `{"text":"Bad ${SECRET}","code":4}`);
    const { body: test } = await owner.post<{ eventId: string }>(`${at()}/test`);
    expect(test).toMatchObject({
      ...{ status: 403, responseBody: '{"text":"Bad [secret]","code":4}' },
      problem: 'It answered with status 403. Splunk says code 4 (Bad [secret]). Check the token.',
    });
    expect(receiver.received.at(-1)?.body).toContain(`"id":"${test.eventId}"`);
    expect(await newest()).toMatchObject({ action: 'log_stream.test' });
  });

  it('is tested by few at once', async () => {
    const held = Promise.withResolvers<void>();
    receiver.reply = (request, response) =>
      void held.promise.then(() => answerWith(200, {}, '{"code":0}')(request, response));
    const tests = Array.from({ length: 11 }, () => owner.post(`${at()}/test`));
    expect((await Promise.race(tests)).status).toBe(429);
    held.resolve();
    expect((await Promise.all(tests)).filter(({ status }) => status === 200)).toHaveLength(10);
  });

  it('shows no part of a secret that is longer than what is kept of a problem', async () => {
    const secret = `Bearer ${'token'.repeat(300)}`;
    const { id } = (await create({ destination: 'otlp', secret })).body;
    receiver.reply = answerWith(401, {}, JSON.stringify({ message: `Bad ${secret}: again` }));
    const { body: test } = await owner.post(`${at(id)}/test`);
    expect(test).toMatchObject({
      problem: 'It answered with status 401. It says: Bad [secret]: again',
    });
    const partialSuccess = { errorMessage: `Bad ${secret}` };
    receiver.reply = answerWith(200, {}, JSON.stringify({ partialSuccess }));
    expect((await owner.post(`${at(id)}/test`)).body).toMatchObject({ note: 'Bad [secret]' });
  });
});
