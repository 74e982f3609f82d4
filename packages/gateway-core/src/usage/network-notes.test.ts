import { upward } from '@tollkeeper/protocol';
import { expect, it } from 'vitest';
import { makeFolder } from './disk.fixture.ts';
import { openSpool, usageInVersion } from './index.ts';
import { createNetworkNotes } from './network-notes.ts';

const KEY = `key_${'0'.repeat(20)}`;
const OTHER = `key_${'1'.repeat(20)}`;

it('answers each network of a key once', () => {
  const note = createNetworkNotes();
  const calls = ['203.0.113.9', '203.0.113.9', '203.0.113.7', '198.51.100.1', '203.0.113.9', ''];
  expect(calls.map((ip) => note(KEY, ip, 0))).toEqual([
    ...['203.0.113.0/24', undefined, undefined, '198.51.100.0/24', undefined, undefined],
  ]);
  expect(note(OTHER, '203.0.113.9', 0)).toBe('203.0.113.0/24');
});

it('is bounded: by key, and by minute', () => {
  const note = createNetworkNotes();
  const from = (n: number, atMs = 0) => note(KEY, `10.${n >> 8}.${n & 255}.1`, atMs);
  const noted = Array.from({ length: 2000 }, (_, n) => from(n)).filter(Boolean);
  expect(noted).toHaveLength(1000);
  // What was refused is noted later, and what was forgotten is noted again.
  expect([from(1999, 60_000), from(999, 60_000), from(0, 60_000)]).toEqual([
    ...['10.7.207.0/24', undefined, '10.0.0.0/24'],
  ]);
});

it('keeps networks of accepted calls on the disk, and reports each once, beside the counts', () => {
  const folder = makeFolder();
  const [killedRun, nextRun] = ['0'.repeat(32), '1'.repeat(32)] as const;
  const subject = { keyId: KEY, ownerId: `mem_${'m'.repeat(20)}`, workspaceId: null };
  const killed = openSpool(folder, killedRun);
  for (const [ip, isAccepted] of [
    ...([
      ['203.0.113.9', true],
      ['203.0.113.77', true],
    ] as const),
    ...([
      ['198.51.100.1', false],
      ['2001:db8:1::1', true],
      ['', true],
    ] as const),
  ]) {
    killed.count(subject, isAccepted, 1_732_449_600_000, undefined, ip);
  }
  killed.flush();
  const spool = openSpool(folder, nextRun);
  const batch = { type: 'usage' as const, ...spool.next() };
  expect(batch).toMatchObject({
    rows: [{ accepted: 4, denied: 1 }],
    networks: [
      { keyId: KEY, network: '203.0.113.0/24' },
      { keyId: KEY, network: '2001:db8:1::/48' },
    ],
  });
  const usage = upward.parse(batch);
  expect(usage).toEqual(batch);
  expect(usage.type === 'usage' && usageInVersion(4, usage)).not.toHaveProperty('networks');
});
