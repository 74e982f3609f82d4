import { expect, it } from 'vitest';
import { gatewayLike } from '../../../testing/gateway.ts';
import {
  countStates,
  findGateways,
  gatewayWarnings,
  sortGateways,
  staleWords,
} from './gateway-state.ts';

const edge2 = gatewayLike({ id: 'gw_b', name: 'edge-2', labels: { region: 'eu-1' } });
const edge10 = gatewayLike({ id: 'gw_a', name: 'edge-10', state: 'behind' });
const lost = gatewayLike({ id: 'gw_c', name: 'Lost', state: 'unreachable', draining: true });
const fleet = [lost, edge10, edge2];

it('sorts by name as people count, so that a change of state moves no row', () => {
  expect(sortGateways(fleet)).toEqual([edge2, edge10, lost]);
  expect(sortGateways([{ ...edge2, state: 'behind' as const }, edge10])[0]?.name).toBe('edge-2');
});

it.each([
  ['', fleet],
  ['EDGE', [edge10, edge2]],
  ['edge region=eu', [edge2]],
  ['behind', [edge10]],
  ['draining unreach', [lost]],
  ['gw_c', [lost]],
  ['nowhere', []],
])('finds by "%s"', (typed, found) => {
  expect(findGateways(fleet, typed)).toEqual(found);
});

it('counts by state, and leaves out what there is not', () => {
  expect(countStates([...fleet, edge2])).toEqual([
    { state: 'connected', count: 2 },
    { state: 'behind', count: 1 },
    { state: 'unreachable', count: 1 },
  ]);
});

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

it('names the upstreams that receive no requests', () => {
  const all = ['up', 'down', 'ejected', 'down', 'down'] as const;
  const upstreams = all.map((state, at) => ({ url: `http://10.0.0.${at}:3000`, state }));
  expect(gatewayWarnings(gatewayLike({ upstreams }), now)).toEqual([
    {
      tone: 'warn',
      text: '4 of 5 upstreams receive no requests: http://10.0.0.1:3000 (down, failed its health check), http://10.0.0.2:3000 (ejected, failed too many requests), http://10.0.0.3:3000 (down, failed its health check) and 1 more.',
    },
  ]);
  const [warning] = gatewayWarnings(gatewayLike({ upstreams: upstreams.slice(0, 2) }), now);
  expect(warning?.text).toContain('1 of 2 upstreams receives no requests');
  expect(gatewayWarnings(gatewayLike({ upstreams: upstreams.slice(0, 1) }), now)).toEqual([]);
});

it('passes on what the gateway reports', () => {
  const [warning] = gatewayWarnings(gatewayLike({ fault: 'The disk is full' }), now);
  expect(warning?.text).toBe('It reports a fault. The disk is full');
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

it('says what a gateway found wrong with the audit log', () => {
  const alarm = { kind: 'rollback', at: AT, kept: 'a', received: 'b' } as const;
  const witness = { key: 'k', size: 7, cosignedAt: AT, alarm };
  const [warning] = gatewayWarnings(gatewayLike({ witness }), Date.parse(AT));
  expect(warning?.tone).toBe('bad');
  expect(warning?.text).toContain('somebody cut the log off');
});

const AT = '2026-11-23T12:00:00.000Z';
