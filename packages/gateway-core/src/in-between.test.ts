import { CONFIRM_MS, type UpwardOf } from '@tollkeeper/protocol';
import { expect, test, vi } from 'vitest';
import type { Fleet } from './fleet.ts';
import { createTestClock } from './testing/clock.ts';
import { startControlPlane } from './testing/control-plane.ts';
import { type Line, startLine } from './testing/line.ts';
import { makeStateDir, start } from './testing/start.ts';
import { decisionsOf, keyOf } from './testing/world.ts';

const BEFORE = ['valid', 'valid', 'valid', 'not_found'];
const AFTER = ['valid', 'revoked', 'valid', 'not_found'];
const STALE_MS = 8000;

function decided(fleet: Fleet): string[] | string {
  const keys = fleet.keys();
  return typeof keys === 'string' ? keys : decisionsOf(keys.index, 4);
}

/** A gateway that is confirmed, and somebody between it and its control plane. */
async function startInBetween(staleMaxMs: number | null) {
  const controlPlane = await startControlPlane();
  const line = await startLine(controlPlane.url);
  const clock = createTestClock();
  const options = { controlPlane: line.url, stateDir: await makeStateDir(), clock, staleMaxMs };
  const fleet = await start(options);
  const connection = await controlPlane.connected();
  await connection.next('ack');
  await vi.waitFor(() => expect(fleet.status().ageMs).toBe(0));
  return { controlPlane, line, clock, fleet, connection };
}

function rejected({ heard }: Line): string[] {
  const isReject = (each: { type: string }): each is UpwardOf<'reject'> => each.type === 'reject';
  return heard.filter(isReject).map(({ reason }) => reason);
}

test('a confirmation that is held back makes nothing fresher', async () => {
  const { controlPlane, line, clock, fleet, connection } = await startInBetween(STALE_MS);
  line.hold();
  clock.advance(CONFIRM_MS);
  await vi.waitFor(() => expect(line.held).not.toEqual([]));
  connection.answersChecks = false;
  clock.advance(CONFIRM_MS);
  clock.advance(STALE_MS - CONFIRM_MS + 1);
  expect(fleet.keys()).toBe('snapshot_stale');

  line.release();

  // As old as the question, of which there is a new one now.
  await vi.waitFor(() => expect(fleet.status().ageMs).toBe(STALE_MS + 1));
  expect(fleet.keys()).toBe('snapshot_stale');
  await connection.next('check');
  const { nonce } = await connection.next('check');
  connection.send(controlPlane.confirmed(nonce));
  await vi.waitFor(() => expect(decided(fleet)).toEqual(BEFORE));
});

test('repeated confirmations make nothing fresher', async () => {
  const { line, clock, fleet, connection } = await startInBetween(STALE_MS);
  const old = line.said.slice(-1);
  connection.answersChecks = false;
  clock.advance(STALE_MS + 1);

  line.say(old);

  await vi.waitFor(() => expect(rejected(line)).toEqual(['replayed']));
  expect(fleet.keys()).toBe('snapshot_stale');
});

test('a revocation that alone is held back is noticed with the next confirmation', async () => {
  const { controlPlane, line, clock, fleet, connection } = await startInBetween(STALE_MS);
  controlPlane.world.change(keyOf(2, { status: 'revoked' }));

  clock.advance(CONFIRM_MS);

  await connection.next('resync');
  expect([rejected(line), fleet.status().ageMs]).toEqual([['gap'], CONFIRM_MS]);
  for (const part of controlPlane.snapshot()) connection.send(part);
  await vi.waitFor(() => expect(decided(fleet)).toEqual(AFTER));
});

test('a whole repeated connection sets no gateway back', async () => {
  const { controlPlane, line, clock, fleet, connection } = await startInBetween(null);
  const before = [...line.said];
  controlPlane.world.change(keyOf(2, { status: 'revoked' }));
  connection.send(controlPlane.changes(0));
  await connection.next('ack');
  clock.advance(1000);

  // In place of the control plane: its challenge is signed, but nothing of it answers this hello.
  line.impersonate(before);
  const opened = controlPlane.opened();
  await vi.waitFor(() => {
    clock.advance(1000);
    expect(rejected(line).length).toBeGreaterThanOrEqual(before.length - 1);
  });
  expect(new Set(rejected(line))).toEqual(new Set(['replayed']));
  expect([decided(fleet), fleet.status().connected]).toEqual([AFTER, false]);
  expect(fleet.status().ageMs).toBeGreaterThanOrEqual(2000);
  expect(controlPlane.opened()).toBe(opened);

  // And within a conversation with the control plane itself.
  line.restore();
  await vi.waitFor(() => {
    clock.advance(1000);
    expect(fleet.status().connected).toBe(true);
  });
  const known = rejected(line).length;
  line.say(before);
  // The challenge is a second one, the snapshot of this lineage an older one.
  await vi.waitFor(() => expect(rejected(line).length).toBeGreaterThanOrEqual(known + 5));
  expect(new Set(rejected(line).slice(known))).toEqual(new Set(['malformed', 'replayed', 'older']));
  expect(decided(fleet)).toEqual(AFTER);
});
