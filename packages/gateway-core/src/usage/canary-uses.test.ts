import { HOSTILE_TEXTS } from '@tollkeeper/contract/testing';
import { UPWARD_BYTES_MAX, upward } from '@tollkeeper/protocol';
import { expect, it } from 'vitest';
import { makeFolder } from './disk.fixture.ts';
import { createCanaryTally, openSpool } from './index.ts';

const RUN = '0'.repeat(32);
const NEXT_RUN = '1'.repeat(32);
const NOON_MS = 1_732_449_600_000;
const KEY = `key_${'c'.repeat(20)}`;
const CURL = { ip: '192.0.2.7', userAgent: 'curl/8.5.0' };
const subject = { ownerId: `mem_${'m'.repeat(20)}`, workspaceId: null };

it('keeps uses on the disk, and reports them with first, last and count until they are stored', () => {
  const folder = makeFolder();
  const killed = openSpool(folder, RUN);
  killed.countCanary(KEY, CURL, NOON_MS + 5000);
  killed.countCanary(KEY, CURL, NOON_MS + 7000);
  killed.countCanary(KEY, { ip: null, userAgent: null }, NOON_MS + 9000);
  killed.flush();

  const spool = openSpool(folder, NEXT_RUN);
  const batch = spool.next();
  expect(batch).toMatchObject({ spoolId: RUN, sequence: 1, rows: [] });
  expect(batch?.canaries).toEqual([
    { keyId: KEY, ...CURL, firstMs: NOON_MS, lastMs: NOON_MS + 7000, count: 2 },
    {
      ...{ keyId: KEY, ip: null, userAgent: null },
      ...{ firstMs: NOON_MS + 9000, lastMs: NOON_MS + 9000, count: 1 },
    },
  ]);
  spool.stored(RUN, 1);
  expect(spool.next()).toBeUndefined();
});

it('counts no call', () => {
  const spool = openSpool(makeFolder(), RUN);
  spool.count({ ...subject, keyId: KEY }, true, NOON_MS);
  spool.countCanary(KEY, CURL, NOON_MS);
  expect(spool.pendingCalls()).toBe(1);
});

it('sums callers beyond so many in a minute, so that a storm stays small', () => {
  const tally = createCanaryTally();
  for (let at = 0; at < 10_000; at += 1) {
    tally.count(KEY, { ip: `10.0.${at >> 8}.${at & 255}`, userAgent: `agent/${at}` }, NOON_MS);
  }
  const uses = tally.take();
  expect(uses).toHaveLength(21);
  expect(uses.reduce((sum, use) => sum + use.count, 0)).toBe(10_000);
  expect(uses.at(-1)).toMatchObject({ ip: null, userAgent: null, count: 9980 });
  expect(tally.take()).toEqual([]);
});

it('reports hostile user agents and addresses as short lines that are accepted', () => {
  const spool = openSpool(makeFolder(), RUN);
  const hostile = [
    ...HOSTILE_TEXTS.map(({ text }) => text),
    '-',
    ' ',
    '\\'.repeat(1000),
    'é'.repeat(1000),
  ];
  for (const [at, text] of hostile.entries()) {
    spool.countCanary(KEY, { ip: text, userAgent: text }, NOON_MS + 60_000 * at);
  }
  spool.roll();
  const message = { type: 'usage', ...spool.next() };
  expect(upward.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  const { canaries = [] } = message;
  expect(canaries).toHaveLength(hostile.length);
  for (const { ip, userAgent } of canaries) {
    expect(ip).toBeNull();
    expect(userAgent).toMatch(/^[ -~]{1,160}$/);
    // A batch of nothing but these is below what the control plane takes.
    expect(JSON.stringify({ ...canaries[0], userAgent }).length * 16_384).toBeLessThan(
      UPWARD_BYTES_MAX,
    );
  }
  expect(spool.fault()).toBeNull();
});
