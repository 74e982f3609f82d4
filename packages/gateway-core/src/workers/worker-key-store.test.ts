import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { PROTOCOL_VERSION } from '@tollkeeper/protocol';
import { expect, test, vi } from 'vitest';
import { keyOf } from '../testing/world.ts';
import { openTestWorkers, type TestWorkers } from './workers.fixture.ts';

const AFTER = ['valid', 'revoked', 'valid', 'not_found'];

/** A worker that takes requests, by a snapshot. */
async function openWithOne() {
  const pool = await openTestWorkers();
  const worker = pool.start();
  await pool.bringUp(worker);
  await pool.receive(...pool.sealer.snapshot());
  return { pool, worker };
}

function revoke({ sealer }: TestWorkers, number: number): Uint8Array {
  const from = sealer.world.version();
  sealer.world.change(keyOf(number, { status: 'revoked' }));
  return sealer.changes(from);
}

test('acknowledges a version once each worker that takes requests has applied it', async () => {
  const { pool, worker } = await openWithOne();
  const other = pool.start();
  await pool.bringUp(other);
  const goOn = other.hang();

  let isAcknowledged = false;
  const taken = pool.receive(revoke(pool, 2)).then((answers) => {
    isAcknowledged = true;
    return answers;
  });
  await vi.waitUntil(() => worker.decisions()[1] === 'revoked');
  await turn();
  expect(isAcknowledged).toBe(false);
  goOn();

  expect(await taken).toMatchObject([{ type: 'ack', version: 1 }]);
  expect(other.decisions()).toEqual(AFTER);
});

test('a worker that comes later reads its keys from the disk, and misses no change meanwhile', async () => {
  const { pool } = await openWithOne();
  await pool.receive(revoke(pool, 1));
  const late = pool.start();
  const goOn = late.hang();
  const ready = pool.bringUp(late);

  expect(await pool.receive(revoke(pool, 2))).toMatchObject([{ type: 'ack', version: 2 }]);
  await pool.receive(revoke(pool, 3));
  expect(late.decisions()).toBe('no_snapshot');
  goOn();

  await ready;
  expect(await late.ask({ type: 'fresh', confirmed: { confirmedAtMs: 0 }, ageMs: 0 })).toBe(true);
  expect(late.decisions()).toEqual(['revoked', 'revoked', 'revoked', 'not_found']);
});

test('one that comes midway through a snapshot has all of it when the others do', async () => {
  const { pool } = await openWithOne();
  pool.sealer.world.change(keyOf(2, { status: 'revoked' }));
  const [first, ...others] = pool.sealer.snapshot();
  await pool.receive(first ?? new Uint8Array());
  const late = pool.start();
  await pool.bringUp(late);
  expect(late.decisions()).toEqual(['valid', 'valid', 'valid', 'not_found']);

  expect(await pool.receive(...others)).toMatchObject([{ type: 'ack', version: 1 }]);

  expect(late.decisions()).toEqual(AFTER);
});

test('one that cannot trust the disk decides nothing until a whole snapshot comes', async () => {
  const { pool } = await openWithOne();
  await pool.receive(revoke(pool, 2));
  const file = join(pool.stateDir, 'snapshot');
  const bytes = await readFile(file);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  await writeFile(file, bytes);

  const late = pool.start();
  const ready = pool.bringUp(late);
  await vi.waitUntil(() => late.isServing() || pool.sync.hello(PROTOCOL_VERSION).version === null);
  expect([late.decisions(), late.isServing()]).toEqual(['no_snapshot', false]);
  expect(await pool.receive(...pool.sealer.snapshot())).toMatchObject([
    { type: 'ack', version: 1 },
  ]);
  pool.clock.advance(1000);

  await ready;
  expect(late.decisions()).toEqual(AFTER);
});

test('one takes nothing from the disk that is older than what the others decide with', async () => {
  const { pool } = await openWithOne();
  const file = join(pool.stateDir, 'snapshot');
  const before = await readFile(file);
  await pool.receive(revoke(pool, 2));
  await writeFile(file, before);

  const late = pool.start();
  const ready = pool.bringUp(late);
  await vi.waitUntil(() => late.isServing() || pool.sync.hello(PROTOCOL_VERSION).version === null);
  expect([late.decisions(), late.isServing()]).toEqual(['no_snapshot', false]);
  await pool.receive(...pool.sealer.snapshot());
  pool.clock.advance(1000);
  await ready;
  expect(late.decisions()).toEqual(AFTER);
});

test('one that fails halfway denies every request', async () => {
  const { worker } = await openWithOne();
  expect(await worker.ask({ type: 'apply', part: new Uint8Array([1]) })).toBe(false);
  expect(worker.decisions()).toBe('no_snapshot');
});

test('one that cannot apply a change denies every request, and is replaced', async () => {
  const { pool, worker } = await openWithOne();
  await worker.ask({ type: 'clear' });

  expect(await pool.receive(revoke(pool, 2))).toMatchObject([{ type: 'ack', version: 1 }]);

  expect([worker.decisions(), worker.hasEnded()]).toEqual(['no_snapshot', true]);
});

test('a worker computes the age itself, from the one that it received', async () => {
  const pool = await openTestWorkers(10_000);
  const worker = pool.start();
  await pool.bringUp(worker);
  await pool.receive(...pool.sealer.snapshot());
  expect(worker.decisions()).toBe('snapshot_stale');

  const confirmed = { confirmedAtMs: pool.clock.epochMs() };
  await worker.ask({ type: 'fresh', confirmed, ageMs: 4000 });
  pool.clock.advance(6000);
  expect(worker.decisions()).toHaveLength(4);
  pool.clock.advance(1);
  expect(worker.decisions()).toBe('snapshot_stale');
});

test('a removed gateway says so in all workers, also in one that comes later', async () => {
  const { pool, worker } = await openWithOne();
  await pool.sync.forget();
  expect(worker.decisions()).toBe('gateway_removed');
  const late = pool.start();
  await pool.bringUp(late);
  expect(late.decisions()).toBe('gateway_removed');
});
