import { expect, it } from 'vitest';
import { gatewayLike } from '../../../testing/gateway.ts';
import { gatewayWarnings, staleWords } from './gateway-warnings.ts';

const SEEN = '2026-11-23T12:00:00.000Z';
const HOUR_MS = 3_600_000;
const now = Date.parse(SEEN) + 10 * 60_000;

it('has nothing to say of a gateway that is well', () => {
  expect(gatewayWarnings(gatewayLike({}), now)).toEqual([]);
});

it('names both places of an identity that is used twice', () => {
  const instances = [
    { hostname: 'edge-1', address: '10.0.0.4', connectedAt: SEEN },
    { hostname: 'backup', address: '10.0.0.9', connectedAt: SEEN },
  ];
  const [warning] = gatewayWarnings(gatewayLike({ identityConflict: true, instances }), now);
  expect(warning?.tone).toBe('bad');
  expect(warning?.text).toContain('from 2 places at once: edge-1 (10.0.0.4) and backup (10.0.0.9)');
});

it('passes on what the gateway reports', () => {
  const [warning] = gatewayWarnings(gatewayLike({ fault: 'The disk is full' }), now);
  expect(warning?.text).toBe('It reports: The disk is full');
});

it.each([
  ['it has no limit', { staleMaxMs: null }, /version 42 and serves without limit/],
  ['its limit lasts', { staleMaxMs: HOUR_MS }, /version 42 and serves up to 1 h without/],
  ['its limit is over', { staleMaxMs: HOUR_MS / 12 }, /denies every request/],
  ['it never had a snapshot', { appliedVersion: null }, /no snapshot, and denies every request/],
])('tells what an unreachable gateway does when %s', (_, part, words) => {
  const unreachable = gatewayLike({ state: 'unreachable', lastSeenAt: SEEN, ...part });
  expect(gatewayWarnings(unreachable, now)[0]?.text).toMatch(words);
});

it('says how long a gateway serves on its own', () => {
  expect(staleWords(HOUR_MS)).toBe('serves up to 1 h without the control plane');
  expect(staleWords(null)).toBe('serves without limit while the control plane is away');
});
