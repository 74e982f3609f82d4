import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UPWARD_BYTES_MAX, upward } from '@tollkeeper/protocol';
import { expect, it } from 'vitest';
import type { CallSubject, DecidedCall } from '../fleet.ts';
import { makeFolder } from './disk.fixture.ts';
import { openReader, openSpool, usageInVersion } from './index.ts';
import { KINDS_MAX, NEEDS_MAX } from './kind-limit.ts';
import { callsOf, headOf, noCalls, withoutMinutes } from './sums.ts';

const RUN = '0'.repeat(32);
const NOON_MS = 1_732_449_600_000;
const MINUTE_MS = 60_000;
const POLICY = `pol_${'p'.repeat(20)}`;

function key(number: number): CallSubject {
  const keyId = `key_${String(number).padStart(20, '0')}`;
  return { keyId, ownerId: `mem_${'m'.repeat(20)}`, workspaceId: `ws_${'w'.repeat(20)}` };
}

function call(fields: Partial<DecidedCall> = {}): DecidedCall {
  return { code: 'valid', method: 'GET', routePath: '/v1', refusedBy: [], ...fields };
}

it('distinguishes calls by route, method and code', () => {
  const spool = openSpool(makeFolder(), RUN);
  spool.count(key(1), true, NOON_MS, call());
  spool.count(key(1), true, NOON_MS, call());
  spool.count(key(1), true, NOON_MS, call({ routePath: '' }));
  spool.count(key(1), true, NOON_MS, call({ method: 'POST' }));
  spool.count(key(1), false, NOON_MS, call({ code: 'policy_denied' }));
  spool.roll();
  expect(spool.next()?.rows.map(({ kind, accepted, denied }) => [kind, accepted, denied])).toEqual([
    [{ code: 'valid', method: 'GET', route: '/v1' }, 2, 0],
    [{ code: 'valid', method: 'GET', route: '' }, 1, 0],
    [{ code: 'valid', method: 'POST', route: '/v1' }, 1, 0],
    [{ code: 'policy_denied', method: 'GET', route: '/v1' }, 0, 1],
  ]);
});

it.each([
  ['a method of its own', { method: 'XYZ' }],
  ['no method', { method: '' }],
  ['a route that is too long', { routePath: `/${'r'.repeat(100)}` }],
  ['a route with a space', { routePath: '/a b' }],
  ['a route with a quote', { routePath: '/a"b' }],
  ['a route with a line feed', { routePath: '/a\nb' }],
])('counts a call with %s, without its kind', (_what, fields) => {
  const spool = openSpool(makeFolder(), RUN);
  spool.count(key(1), true, NOON_MS, call(fields));
  spool.roll();
  const counts = { accepted: 1, denied: 0, lastAcceptedMs: NOON_MS };
  expect(spool.next()?.rows).toEqual([{ ...key(1), minuteMs: NOON_MS, ...counts }]);
});

it('distinguishes so many kinds of a key in a minute, and counts the others all the same', () => {
  const spool = openSpool(makeFolder(), RUN);
  for (let route = 0; route < 3 * KINDS_MAX; route += 1) {
    spool.count(key(1), true, NOON_MS, call({ routePath: `/${route}` }));
    if (route % 50 === 0) spool.flush();
  }
  spool.count(key(2), true, NOON_MS, call());
  spool.count(key(1), true, NOON_MS + MINUTE_MS, call());
  spool.roll();
  const rows = spool.next()?.rows ?? [];
  const rest = rows.filter(({ kind }) => kind === undefined);
  expect(rest).toMatchObject([{ keyId: key(1).keyId, accepted: 2 * KINDS_MAX }]);
  expect(rows).toHaveLength(KINDS_MAX + 3);
});

it('counts what shadow policies would have refused, and no call twice for it', () => {
  const spool = openSpool(makeFolder(), RUN);
  const other = `pol_${'q'.repeat(20)}`;
  spool.count(key(1), true, NOON_MS, call({ refusedBy: [POLICY, other] }));
  spool.count(key(2), true, NOON_MS + 1, call({ refusedBy: [POLICY] }));
  spool.flush();
  expect(spool.pendingCalls()).toBe(2);
  spool.roll();
  expect(spool.next()).toMatchObject({
    rows: [{ accepted: 1 }, { accepted: 1 }],
    shadow: [
      { policyId: POLICY, minuteMs: NOON_MS, denied: 2 },
      { policyId: other, minuteMs: NOON_MS, denied: 1 },
    ],
  });
});

it('fits in a message with the longest kinds', () => {
  const spool = openSpool(makeFolder(), RUN);
  const longest = call({
    code: 'insufficient_scope',
    method: 'OPTIONS',
    routePath: '/'.repeat(100),
  });
  for (let number = 0; number < 16_384; number += 1) {
    spool.count(key(number), false, NOON_MS, longest);
  }
  spool.roll();
  const text = JSON.stringify({ type: 'usage', ...spool.next() });
  expect(text.length).toBeLessThan(UPWARD_BYTES_MAX);
  expect(upward.parse(JSON.parse(text))).toMatchObject({ rows: { length: 16_384 } });
});

it('reads what a build without kinds has written', () => {
  const folder = makeFolder();
  mkdirSync(join(folder, RUN));
  const head = headOf(key(1), NOON_MS);
  writeFileSync(join(folder, RUN, '1-3.log'), `${head} 2 1 ${NOON_MS}\n`);
  const reader = openReader(folder, () => false);
  expect(reader.next()?.rows).toEqual([
    { ...key(1), minuteMs: NOON_MS, accepted: 2, denied: 1, lastAcceptedMs: NOON_MS },
  ]);
  expect(reader.fault()).toBeNull();
});

it.each([
  [3, [{ accepted: 3, denied: 1 }], false],
  [
    4,
    [
      { kind: { method: 'GET' }, accepted: 3 },
      { kind: { code: 'policy_denied' }, denied: 1 },
    ],
    true,
  ],
])('sums, for version %i, what that does not distinguish', (protocol, rows, hasShadow) => {
  const spool = openSpool(makeFolder(), RUN);
  spool.count(key(1), true, NOON_MS, call({ needs: 'apis.call' }));
  spool.count(key(1), true, NOON_MS, call({ needs: 'apis.call,invoices.read' }));
  spool.count(key(1), true, NOON_MS, call({ refusedBy: [POLICY] }));
  spool.count(key(1), false, NOON_MS, call({ code: 'policy_denied' }));
  spool.roll();
  const batch = spool.next();
  const usage = batch && usageInVersion(protocol, { type: 'usage', ...batch });
  expect(batch?.scopeNeeds).toHaveLength(2);
  expect(usage?.rows).toMatchObject(rows);
  expect(JSON.stringify(usage)).not.toMatch(/needs/i);
  expect(usage?.shadow !== undefined).toBe(hasShadow);
});

it('says what accepted calls needed, each by its index', () => {
  const spool = openSpool(makeFolder(), RUN);
  spool.count(key(1), true, NOON_MS, call({ needs: 'apis.call,?' }));
  spool.count(key(1), true, NOON_MS, call({ needs: 'apis.call,+invoices.read', method: '' }));
  spool.count(key(2), true, NOON_MS, call({ needs: 'apis.call,?' }));
  spool.count(key(2), true, NOON_MS, call({ needs: '' }));
  spool.count(key(2), true, NOON_MS, call());
  spool.roll();
  const { rows = [], scopeNeeds = [] } = spool.next() ?? {};
  const needs = rows.map((row) => (row.needs === undefined ? 'unknown' : scopeNeeds[row.needs]));
  expect(needs).toEqual(['apis.call,?', 'apis.call,+invoices.read', 'apis.call,?', '', 'unknown']);
});

it('distinguishes so many needs of a key in a minute, and counts the others all the same', () => {
  const spool = openSpool(makeFolder(), RUN);
  for (let number = 0; number < 3 * NEEDS_MAX; number += 1) {
    spool.count(key(1), true, NOON_MS, call({ needs: `a.b${number}` }));
    if (number % 50 === 0) spool.flush();
  }
  spool.roll();
  const { rows = [] } = spool.next() ?? {};
  const unknown = rows.filter((row) => row.needs === undefined);
  expect(rows.length).toBe(KINDS_MAX + NEEDS_MAX + 1);
  expect(unknown).toMatchObject([{ keyId: key(1).keyId, accepted: NEEDS_MAX }]);
});

it('gives kinds up with minutes, but neither needs nor a count', () => {
  const needy = call({ needs: 'apis.call' });
  const sums = new Map(
    [call(), call({ routePath: '/v2' }), undefined, needy, { ...needy, method: 'PUT' }].map(
      (each, at) => [headOf(key(1), NOON_MS + at * MINUTE_MS, each), { ...noCalls(), accepted: 1 }],
    ),
  );
  const merged = withoutMinutes(sums);
  const lastMs = NOON_MS + 4 * MINUTE_MS;
  const heads = [headOf(key(1), lastMs), headOf(key(1), lastMs, { ...needy, method: '' })];
  expect([...merged.keys()]).toEqual(heads);
  expect(callsOf(merged)).toBe(5);
});
