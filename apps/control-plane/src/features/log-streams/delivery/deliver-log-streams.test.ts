import type { AuditEvent, LogStream, LogStreamAttempt } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../../../log.ts';
import type { Client } from '../../../testing/client.ts';
import { type DeliveryWorld, startDeliveryWorld } from '../../../testing/delivery-world.ts';
import { readLines } from '../../../testing/log-systems.ts';
import { auditEvents, type Query } from '../../../testing/query-database.ts';
import type { TestApp } from '../../../testing/test-app.ts';
import {
  acknowledge,
  answerWith,
  type WebhookReceiver,
} from '../../../testing/webhook-receiver.ts';
import { claimStreams } from './claim-streams.ts';
import { deliverLogStreams, deliverStreamsDue } from './deliver-log-streams.ts';

const PATH = '/v1/log-streams';
const DAY_S = 86_400;
const LIMITS = { runMs: 60_000, timeoutMs: 60_000, graceMs: 0 };

let app: TestApp;
let owner: Client;
let query: Query;
let receiver: WebhookReceiver;
let stream: LogStream;
let act: DeliveryWorld['act'];
let now: Date;

beforeAll(async () => {
  ({ app, owner, query, receiver, act } = await startDeliveryWorld());
});

beforeEach(async () => {
  await query('delete from log_stream');
  now = new Date();
  receiver.reply = acknowledge;
  receiver.received.length = 0;
  stream = await create({ startAt: 'now' });
});

async function create(body: object = {}): Promise<LogStream> {
  const given = { name: 'SIEM', destination: 'https', url: receiver.url, ...body };
  return (await owner.post<LogStream>(PATH, given)).body;
}

const services = () => ({ ...app.services, clock: () => now });
const run = () => {
  // Never before what the server has done.
  now = new Date(Math.max(now.getTime(), Date.now()));
  return deliverStreamsDue(services());
};
const pass = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
const read = async (id = stream.id) => (await owner.get<LogStream>(`${PATH}/${id}`)).body;
const attempts = async (id = stream.id) =>
  (await owner.get<{ data: LogStreamAttempt[] }>(`${PATH}/${id}/attempts`)).body.data;
const events = () =>
  receiver.received.flatMap(({ bytes }) => readLines(bytes) as unknown as AuditEvent[]);
const batchIds = () => receiver.received.map(({ headers }) => headers['tollkeeper-batch-id']);
const written = async (action: string) =>
  (await auditEvents(query)).filter(
    (event) => event.action === action && event.target.id === stream.id,
  );

describe('a stream', () => {
  it('sends all of the log in order and once, and says so', async () => {
    await query('delete from log_stream');
    stream = await create();
    await act();
    expect(await run()).toBe(1);
    expect(await run()).toBe(0);
    const sent = events();
    expect(sent.map(({ sequence }) => sequence)).toEqual(sent.map((_, n) => n + 1));
    expect(sent.at(-1)?.action).toBe('role.create');
    const { sequence } = await read();
    expect(await read()).toMatchObject({
      ...{ sequence: sent.length, backlogCount: 0, lagSeconds: 0, health: 'healthy' },
      lastDeliveredAt: expect.any(String),
    });
    await act();
    await run();
    expect(events().at(-1)?.sequence).toBe(sequence + 1);
    expect(await attempts()).toMatchObject([
      { eventsCount: 1, status: 204, problem: null },
      { eventsCount: sent.length, firstSequence: 1, lastSequence: sent.length },
    ]);
  });

  it('loses nothing by a pause of 7 days', async () => {
    await owner.post(`${PATH}/${stream.id}/pause`);
    const names = [await act(), await act()];
    pass(7 * DAY_S);
    expect(await run()).toBe(0);
    expect(await read()).toMatchObject({ health: 'paused', backlogCount: 4 });
    await owner.post(`${PATH}/${stream.id}/resume`);
    await run();
    const received = events().map(({ action, target }) => [action, target.name]);
    expect(received).toEqual([
      ['log_stream.create', 'SIEM'],
      ['log_stream.pause', 'SIEM'],
      ...names.map((name) => ['role.create', name]),
      ['log_stream.resume', 'SIEM'],
    ]);
  });

  it('that fails is tried again after longer each time, with the same bytes, and never given up', async () => {
    receiver.reply = answerWith(503, {}, 'busy');
    await act();
    for (const delayS of [5, 15, 60, 300, 900, 900]) {
      const before = batchIds().length;
      expect([await run(), await run()]).toEqual([1, 0]);
      pass(delayS * 0.7);
      expect(await run(), `before ${delayS}`).toBe(0);
      pass(delayS * 0.41);
      expect(batchIds()).toHaveLength(before + 1);
    }
    // What happened meanwhile goes into the next batch.
    await act();
    expect(await read()).toMatchObject({
      health: 'failing',
      lastProblem: 'It answered with status 503.',
    });
    receiver.reply = acknowledge;
    await run();
    expect(new Set(batchIds())).toHaveProperty('size', 1);
    expect(new Set(receiver.received.map(({ body }) => body))).toHaveProperty('size', 1);
    await run();
    expect(await read()).toMatchObject({
      health: 'healthy',
      failingSince: null,
      lastProblem: null,
    });
    const failures = await written('log_stream.fail');
    expect(failures).toMatchObject([{ after: { problem: 'It answered with status 503.' } }]);
    expect(await written('log_stream.recover')).toHaveLength(1);
  });

  it.each([
    ['120', 120],
    ['999999', 3600],
  ])('waits for as long as Retry-After says, within an hour: %s', async (retryAfter, seconds) => {
    receiver.reply = answerWith(429, { 'retry-after': retryAfter });
    await act();
    await run();
    const { nextAttemptAt } = await read();
    expect(Date.parse(nextAttemptAt ?? '') - now.getTime()).toBe(seconds * 1000);
    await owner.post(`${PATH}/${stream.id}/resume`);
    pass(1);
    receiver.reply = acknowledge;
    expect(await run()).toBe(1);
  });

  it('sends smaller batches once they were too large', async () => {
    await act();
    await act();
    receiver.reply = (request, response) =>
      answerWith(request.body.split('\n').length > 2 ? 413 : 204)(request, response);
    for (let n = 0; n < 5; n += 1) await run();
    const sizes = (await attempts()).map(({ eventsCount, status }) => [eventsCount, status]);
    expect(sizes.reverse()).toEqual([
      [3, 413],
      [1, 204],
      [1, 204],
      [1, 204],
    ]);
    expect(await read()).toMatchObject({ backlogCount: 0, health: 'healthy' });
  });

  it('says how many events the retention deleted before they were delivered', async () => {
    await owner.post(`${PATH}/${stream.id}/pause`);
    for (let n = 0; n < 3; n += 1) await act();
    const last = await act();
    await query(`delete from audit_event where sequence > $1 and target ->> 'name' <> $2`, [
      stream.sequence,
      last,
    ]);
    await owner.post(`${PATH}/${stream.id}/resume`);
    await run();
    expect(events().map(({ target }) => target.name)).toEqual([last, 'SIEM']);
    expect(await read()).toMatchObject({ prunedCount: 5, health: 'healthy' });
    const skips = await written('log_stream.skip');
    expect(skips).toMatchObject([{ after: { eventsCount: 5, prunedCount: 5, rejectedCount: 0 } }]);
  });

  it('goes on where the log has none of the events any more', async () => {
    await act();
    await query('delete from audit_event where sequence > $1', [stream.sequence]);
    await run();
    expect(await read()).toMatchObject({ backlogCount: 1, prunedCount: 2 });
    await act();
    await run();
    expect(events().map(({ action }) => action)).toEqual(['log_stream.skip', 'role.create']);
  });

  it('whose destination rejects each event writes no event for each', async () => {
    receiver.reply = answerWith(200, {}, '{"partialSuccess":{"rejectedLogRecords":"1"}}');
    await query('delete from log_stream');
    stream = await create({ destination: 'otlp', startAt: 'now' });
    for (let n = 0; n < 4; n += 1) {
      await run();
      pass(1);
    }
    expect(await written('log_stream.skip')).toHaveLength(1);
    expect(await read()).toMatchObject({ rejectedCount: 2, backlogCount: 0 });
    expect(await attempts()).toMatchObject([
      { note: 'It rejected 1 of 1 events.', problem: null },
      {},
    ]);
  });

  it('is delayed where events wait for longer than five minutes', async () => {
    await act();
    await query(`update audit_event set at = at - interval '6 minutes' where sequence > $1`, [
      stream.sequence,
    ]);
    expect(await read()).toMatchObject({ health: 'delayed', lagSeconds: expect.any(Number) });
  });

  it('whose secret cannot be read any more says what to do', async () => {
    await owner.patch(`${PATH}/${stream.id}`, { secret: 'Bearer of-the-collector' });
    await query(`update log_stream set secret = '\\x00'`);
    await run();
    expect(await read()).toMatchObject({
      lastProblem: expect.stringMatching(/Give the stream its secret/),
    });
    expect(receiver.received).toEqual([]);
  });
});

describe('a batch', () => {
  it('is sent by one process, and by another once that was killed, with the same bytes', async () => {
    await act();
    pass(60);
    const claims = await Promise.all([1, 2, 3].map(() => claimStreams(services(), 10)));
    expect(claims.flat()).toHaveLength(1);
    expect(await run()).toBe(0);
    pass(121);
    // Killed after the request, before anything was recorded.
    let isKilled = false;
    const db = new Proxy(app.services.db, {
      get: (target, name) => (isKilled ? undefined : Reflect.get(target, name)),
    });
    receiver.reply = (request, response) => {
      isKilled = true;
      acknowledge(request, response);
    };
    await deliverStreamsDue({ ...services(), db, log: createLog('silent') });
    await act();
    expect(await run()).toBe(0);
    pass(121);
    await run();
    expect(receiver.received).toHaveLength(2);
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body);
    expect(batchIds()[1]).toBe(batchIds()[0]);
    await run();
    expect(await read()).toMatchObject({ backlogCount: 0 });
  });

  it('that hangs delays no other stream', async () => {
    const sent: string[] = [];
    receiver.reply = (request, response) => {
      if (request.path === '/hangs') sent.push(request.body);
      else acknowledge(request, response);
    };
    const url = `http://127.0.0.1:${receiver.port}/hangs`;
    const hanging = await create({ name: 'Hangs', startAt: 'now', url });
    const stopping = new AbortController();
    const running = deliverLogStreams(app.services, stopping.signal, LIMITS);
    const name = await act();
    const isThere = () => events().some(({ target }) => target.name === name);
    while (!(isThere() && sent.length > 0)) await new Promise((next) => setImmediate(next));
    expect(await read(hanging.id)).toMatchObject({ lastDeliveredAt: null });
    stopping.abort();
    await running;
    // It is due at once for another process, and has no attempt.
    expect(await attempts(hanging.id)).toEqual([]);
    receiver.reply = acknowledge;
    expect(await run()).toBe(1);
    expect(receiver.received.at(-1)).toMatchObject({ path: '/hangs', body: sent[0] });
  });

  it('ends in time, however slow or long the answer is', async () => {
    await act();
    pass(60);
    receiver.reply = (_, response) => void response.write('x'.repeat(1_000_000));
    await deliverStreamsDue(services(), 300);
    const [attempt] = await attempts();
    expect(attempt?.responseBody).toHaveLength(8192);
    receiver.reply = () => undefined;
    await act();
    pass(60);
    await deliverStreamsDue(services(), 300);
    expect((await attempts())[0]?.problem).toMatch(/No complete answer/);
  });
});
