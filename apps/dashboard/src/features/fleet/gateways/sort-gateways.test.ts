import { expect, it } from 'vitest';
import { gatewayLike } from '../../../testing/gateway.ts';
import { countStates, findGateways, sortGateways } from './sort-gateways.ts';

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
