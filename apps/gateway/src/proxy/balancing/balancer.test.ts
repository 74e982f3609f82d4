import type { UpstreamState } from '@tollkeeper/contract';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBalancer } from './balancer.ts';
import { UpstreamHealth } from './upstream-health.ts';

const EJECTION = { failuresMax: 2, durationMs: 100, on5xx: false };

function upstreamsOf(weights: readonly number[], ejection = EJECTION) {
  const changes: UpstreamState[] = [];
  const weighted = weights.map((weight, name) => {
    const health = new UpstreamHealth(ejection, (state) => changes.push(state));
    return { upstream: { name, health, running: 0 }, weight };
  });
  return { weighted, changes, upstreams: weighted.map(({ upstream }) => upstream) };
}

const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });

it('gives each upstream its share in every round, however the weights are', () => {
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 3 }), (list, rounds) => {
      const total = list.reduce((sum, each) => sum + each, 0);
      const balancer = createBalancer(upstreamsOf(list).weighted, 'round_robin');
      const counts = list.map(() => 0);
      for (let i = 1; i <= total * rounds; i++) {
        const { name } = balancer.choose(0, []) ?? { name: -1 };
        counts[name] = (counts[name] ?? 0) + 1;
        // Smoothly: in between, none is a whole turn ahead of its share.
        for (const [at, weight] of list.entries()) {
          expect((counts[at] ?? 0) - (i * weight) / total).toBeLessThan(1);
        }
      }
      expect(counts).toEqual(list.map((weight) => weight * rounds));
    }),
  );
});

it('spreads what is left in the same way while some are away', () => {
  fc.assert(
    fc.property(weights, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (list, away) => {
      const { weighted, upstreams } = upstreamsOf(list);
      for (const { name, health } of upstreams) health.checked(away[name] !== true);
      const left = list.map((weight, at) => (away[at] === true ? 0 : weight));
      const total = left.reduce((sum, each) => sum + each, 0);
      const balancer = createBalancer(weighted, 'round_robin');
      const counts = list.map(() => 0);
      for (let i = 0; i < total; i++) {
        const { name } = balancer.choose(0, []) ?? { name: -1 };
        counts[name] = (counts[name] ?? 0) + 1;
      }
      expect(counts).toEqual(left);
      if (total === 0) expect(balancer.choose(0, [])).toBeUndefined();
    }),
  );
});

it('sends to the least busy one for its weight, and to all of them in turn', () => {
  fc.assert(
    fc.property(weights, fc.integer({ min: 1, max: 200 }), (list, calls) => {
      const { weighted, upstreams } = upstreamsOf(list);
      const balancer = createBalancer(weighted, 'least_connections');
      for (let i = 0; i < calls; i++) {
        const least = Math.min(...upstreams.map(({ running }, at) => running / (list[at] ?? 1)));
        const chosen = balancer.choose(0, []);
        if (!chosen) throw new Error('none was chosen');
        expect(chosen.running / (list[chosen.name] ?? 1)).toBe(least);
        chosen.running++;
      }
    }),
  );
  const { weighted } = upstreamsOf([1, 1, 1]);
  const idle = createBalancer(weighted, 'least_connections');
  expect([0, 0, 0].map(() => idle.choose(0, [])?.name).toSorted()).toEqual([0, 1, 2]);
});

it('chooses no upstream twice for one request', () => {
  const { weighted, upstreams } = upstreamsOf([5, 1]);
  const balancer = createBalancer(weighted, 'round_robin');
  for (let i = 0; i < 10; i++) expect(balancer.choose(0, upstreams.slice(0, 1))?.name).toBe(1);
  expect(balancer.choose(0, upstreams)).toBeUndefined();
});

it('ejects one that failed too often in a row, and tries it out with one request', () => {
  const { weighted, upstreams, changes } = upstreamsOf([1, 1]);
  const balancer = createBalancer(weighted, 'round_robin');
  const [{ health }] = upstreams as [(typeof upstreams)[number]];
  const names = (nowMs: number) =>
    new Set([0, 0, 0, 0].map(() => balancer.choose(nowMs, [])?.name));
  health.failed(0);
  health.answered(200, 0);
  health.failed(0);
  expect(names(0)).toEqual(new Set([0, 1]));
  health.failed(0);
  expect([names(0), names(99)]).toEqual([new Set([1]), new Set([1])]);

  expect(names(100)).toEqual(new Set([0, 1]));
  expect(health.begin(100)).toBe(true);
  expect(names(100)).toEqual(new Set([1]));
  health.failed(100);
  health.endTrial();
  expect([names(199), names(200)]).toEqual([new Set([1]), new Set([0, 1])]);

  expect(health.begin(200)).toBe(true);
  health.answered(404, 200);
  health.endTrial();
  health.failed(200);
  expect(names(200)).toEqual(new Set([0, 1]));
  expect(changes).toEqual(['ejected', 'up']);
});

it('tries an ejected one again where the request that tries it out takes longer than the ejection', () => {
  const { weighted, upstreams } = upstreamsOf([1, 1]);
  const balancer = createBalancer(weighted, 'round_robin');
  const [{ health }] = upstreams as [(typeof upstreams)[number]];
  const isChosen = (nowMs: number) => [0, 0].some(() => balancer.choose(nowMs, [])?.name === 0);
  for (let i = 0; i < 2; i++) health.failed(0);
  health.begin(150);
  expect([isChosen(150), isChosen(249), isChosen(250)]).toEqual([false, false, true]);
  health.begin(250);
  expect([isChosen(250), isChosen(349), isChosen(350)]).toEqual([false, false, true]);
});

it('counts answers of the server’s own failure where that is asked for', () => {
  for (const on5xx of [false, true]) {
    const { upstreams } = upstreamsOf([1], { ...EJECTION, on5xx });
    const [{ health }] = upstreams as [(typeof upstreams)[number]];
    for (let i = 0; i < 2; i++) health.answered(503, 0);
    expect(health.state()).toBe(on5xx ? 'ejected' : 'up');
  }
});

it('never ejects where no failures are counted', () => {
  const { upstreams } = upstreamsOf([1], { ...EJECTION, failuresMax: 0 });
  const [{ health }] = upstreams as [(typeof upstreams)[number]];
  for (let i = 0; i < 100; i++) health.failed(0);
  expect(health.state()).toBe('up');
});

it('still sends to an ejected one where nothing else is left, but never to one that is down', () => {
  const { weighted, upstreams } = upstreamsOf([1, 1, 1]);
  const balancer = createBalancer(weighted, 'round_robin');
  for (const [at, { health }] of upstreams.entries()) {
    for (let i = 0; i < 2; i++) health.failed(10 - at);
  }
  expect(balancer.choose(50, [])?.name).toBe(2);
  expect(balancer.choose(50, upstreams.slice(2))?.name).toBe(1);
  for (const { health } of upstreams) health.checked(false);
  expect(balancer.choose(50, [])).toBeUndefined();
});
