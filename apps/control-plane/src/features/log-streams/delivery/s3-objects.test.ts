import { gunzipSync } from 'node:zlib';
import type { AuditEvent, LogStream } from '@tollkeeper/contract';
import { parseCheckpoint, verifyNote } from '@tollkeeper/transparency-log';
import { beforeAll, expect, it } from 'vitest';
import type { Client } from '../../../testing/client.ts';
import { startDeliveryWorld } from '../../../testing/delivery-world.ts';
import { readLines, readS3 } from '../../../testing/log-systems.ts';
import type { Query } from '../../../testing/query-database.ts';
import type { TestApp } from '../../../testing/test-app.ts';
import { answerWith, type WebhookReceiver } from '../../../testing/webhook-receiver.ts';
import { integrateAuditLogs, logVerifierKey } from '../../../transparency-log/index.ts';
import type { Batch, StreamRow } from '../destinations/index.ts';
import { claimStreams } from './claim-streams.ts';
import { deliverStreamsDue } from './deliver-log-streams.ts';
import { beginBatch } from './record-batch.ts';

const HOUR_MS = 3_600_000;
const KEYS = { accessKeyId: 'AKIA1', secretAccessKey: 'secret-access-key', region: 'eu-1' };

let app: TestApp;
let owner: Client;
let query: Query;
let receiver: WebhookReceiver;
let stream: LogStream;
/** When the organization began. */
let hour: Date;
let now: Date;

beforeAll(async () => {
  // Within an hour, however late in one the test begins.
  hour = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS);
  now = new Date(hour.getTime() + 10 * 60_000);
  ({ app, owner, query, receiver } = await startDeliveryWorld({ clock: () => now }));
  receiver.reply = answerWith(200);
  const { accessKeyId, secretAccessKey: secret, region } = KEYS;
  const url = `http://127.0.0.1:${receiver.port}`;
  const settings = { bucket: 'audit', prefix: 'tk', url, accessKeyId, secret, region };
  const body = { name: 'Archive', destination: 's3', ...settings };
  stream = (await owner.post<LogStream>('/v1/log-streams', body)).body;
});

const run = async (laterMs = 0) => {
  now = new Date(now.getTime() + laterMs);
  receiver.received.length = 0;
  await deliverStreamsDue(app.services);
  return receiver.received.map((each) => readS3(each, KEYS));
};
const read = async () => (await owner.get<LogStream>(`/v1/log-streams/${stream.id}`)).body;
const nameAt = async (sequence: number, at: Date) => {
  const [day = '', time = ''] = at.toISOString().split('T');
  const number = String(sequence).padStart(12, '0');
  return `tk/${await organizationId()}/${day.replaceAll('-', '/')}/${time.slice(0, 2)}/${number}`;
};

it('has an object of an hour, once that is over and in the tree, with the checkpoint of exactly its events', async () => {
  expect(await run()).toEqual([]);
  // Events of the hour may still come.
  expect(await run(52 * 60_000)).toEqual([]);
  // Nothing of it is in the tree yet.
  expect(await run(10 * 60_000)).toEqual([]);
  await integrateAuditLogs(app.services);
  const [lines, note, ...more] = await run(16_000);
  expect(more).toEqual([]);
  const name = await nameAt(1, hour);
  expect([lines?.key, note?.key]).toEqual([`${name}.jsonl.gz`, `${name}.checkpoint`]);
  const events = readLines(gunzipSync(lines?.bytes ?? '')) as unknown as AuditEvent[];
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, n) => n + 1));
  const key = logVerifierKey(app.services, await organizationId());
  const { text } = verifyNote(String(note?.bytes), [key]);
  expect(parseCheckpoint(text).size).toBe(events.length);
  const shown = { sequence: events.length, backlogCount: 0, health: 'healthy' };
  expect(await read()).toMatchObject(shown);
});

it('that is sent again replaces the same object by the same bytes', async () => {
  const { sequence } = await read();
  const again = async () => {
    await query('update log_stream set sequence = 0, batch_to = $1', [sequence]);
    return run(1000);
  };
  const first = await again();
  // What comes meanwhile makes the tree, and the log, longer.
  await owner.post('/v1/roles', { name: 'Later', scopes: ['members.read'] });
  await integrateAuditLogs(app.services);
  expect(first).toHaveLength(2);
  expect(await again()).toEqual(first);
});

it('goes on where it ended, and a later hour is another object', async () => {
  const { sequence } = await read();
  now = new Date(hour.getTime() + 3.5 * HOUR_MS);
  await owner.post('/v1/roles', { name: 'Much later', scopes: ['members.read'] });
  await integrateAuditLogs(app.services);
  const [lines] = await run();
  expect(lines?.key).toBe(
    `${await nameAt(sequence + 1, new Date(hour.getTime() + HOUR_MS))}.jsonl.gz`,
  );
  expect(readLines(gunzipSync(lines?.bytes ?? ''))).toMatchObject([{ target: { name: 'Later' } }]);
  expect(await run()).toEqual([]);
  const [last] = await run(HOUR_MS);
  const at = new Date(hour.getTime() + 3 * HOUR_MS);
  expect(last?.key).toBe(`${await nameAt(sequence + 2, at)}.jsonl.gz`);
});

it('is tried again whole where the checkpoint could not be stored', async () => {
  await query('update log_stream set sequence = 0');
  receiver.reply = (request, response) =>
    answerWith(request.path.includes('.checkpoint') ? 500 : 200)(request, response);
  await run(1000);
  expect(await read()).toMatchObject({ sequence: 0, health: 'failing' });
  receiver.reply = answerWith(200);
  expect(await run(60_000)).toHaveLength(2);
  expect(await read()).toMatchObject({ failingSince: null, lastProblem: null });
});

it('is left to the process that has taken it over meanwhile, but for the attempt', async () => {
  const takeOver = () =>
    query('update log_stream set claimed_until = $1', [new Date(now.getTime() + HOUR_MS)]);
  await query('update log_stream set sequence = 0');
  const [claimed] = await claimStreams(app.services, 1);
  await takeOver();
  const batch = { lastSequence: 1 } as Batch;
  expect(await beginBatch(app.services, claimed?.row as StreamRow, batch)).toBe(false);
  await query('update log_stream set claimed_until = null');
  const { attemptsCount } = await row();
  receiver.reply = (request, response) =>
    void takeOver().then(() => answerWith(200)(request, response));
  expect(await run(1000)).toHaveLength(2);
  expect(await row()).toEqual({ sequence: 0, attemptsCount: attemptsCount + 1 });
  receiver.reply = answerWith(200);
});

it('keeps the last attempts alone, and is sent nothing once the organization was deleted', async () => {
  await query('delete from log_stream_attempt');
  await query(`insert into log_stream_attempt (organization_id, stream_id, number, at, duration_ms,
      first_sequence, last_sequence, events_count, bytes)
    select organization_id, id, n, now(), 1, 1, 1, 1, 1 from log_stream, generate_series(1, 300) n`);
  await query('update log_stream set attempts_count = 300, claimed_until = null');
  await query('update organization set deleted_at = now()');
  expect(await run(1000)).toEqual([]);
  await query('update organization set deleted_at = null');
  expect(await run(1000)).toHaveLength(2);
  const [kept] = await query('select min(number), max(number) from log_stream_attempt');
  expect(kept).toEqual({ min: 102, max: 301 });
});

async function row() {
  const [found] = await query<{ sequence: string; attempts_count: number }>(
    'select sequence, attempts_count from log_stream',
  );
  return { sequence: Number(found?.sequence), attemptsCount: found?.attempts_count ?? 0 };
}

async function organizationId(): Promise<string> {
  const [row] = await query<{ id: string }>('select organization_id as id from log_stream');
  return row?.id ?? '';
}
