import { expect, it } from 'vitest';
import {
  appliedSentences,
  appliedWords,
  behindFirst,
  type Propagation,
  pollMs,
} from './applied-words.ts';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');

/** @param applied by the gateways' names */
function progress(applied: Record<string, boolean>, ageMs = 1_000): Propagation {
  const gateways = Object.entries(applied).map(([name, isApplied]) => ({
    gatewayId: `gw_${name}`,
    name,
    workspaceId: 'ws_1',
    state: isApplied ? ('connected' as const) : ('behind' as const),
    applied: isApplied,
    appliedAt: null,
    tookMs: isApplied ? 84 : null,
    staleMaxMs: null,
  }));
  const appliedCount = gateways.filter((each) => each.applied).length;
  return {
    changedAt: new Date(NOW - ageMs).toISOString(),
    gatewaysCount: gateways.length,
    appliedCount,
    slowestMs: appliedCount > 0 ? 84 : null,
    gateways,
  };
}

it('tells a time only of a change that is everywhere', () => {
  expect(appliedWords(progress({ a: true, b: true, c: true }))).toBe(
    'Applied on 3 of 3 gateways in 84 ms',
  );
  expect(appliedWords(progress({ a: true, b: false }))).toBe('Applied on 1 of 2 gateways');
  expect(appliedWords({ ...progress({ a: true }), slowestMs: null })).toBe(
    'Applied on 1 of 1 gateway',
  );
});

it('names those behind, and counts them when they are many', () => {
  expect(appliedSentences(progress({ a: true }))).toBe('Applied on 1 of 1 gateway in 84 ms.');
  expect(appliedSentences(progress({ a: true, b: false }))).toBe(
    'Applied on 1 of 2 gateways. Behind: b.',
  );
  expect(appliedSentences(progress({ a: false, b: false, c: false, d: false, e: false }))).toBe(
    'Applied on 0 of 5 gateways. Behind: a, b, c and 2 more.',
  );
});

it('puts those behind first, and counts as people do', () => {
  const { gateways } = progress({ 'edge-10': true, 'edge-2': true, z: false });
  expect(behindFirst(gateways).map(({ name }) => name)).toEqual(['z', 'edge-2', 'edge-10']);
});

it.each([
  [{ a: false }, 1_000, 250],
  [{ a: false }, 6_000, 1_000],
  [{ a: true }, 1_000, 1_000],
  [{ a: true }, 59_000, 1_000],
  [{ a: true }, 61_000, 15_000],
  [{ a: false }, 61_000, 5_000],
])('asks about %j after %d ms again in %d ms', (applied, ageMs, ms) => {
  expect(pollMs(progress(applied, ageMs), NOW)).toBe(ms);
});
