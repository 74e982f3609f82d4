/** Rate limits that gateways count together, in a real Redis. */
import { createCounters, systemClock } from '@tollkeeper/gateway-core';
import { type Claim, parseIpRange, putPolicy, type RateLimit } from '@tollkeeper/verify';
import { expect, it } from 'vitest';
import { statementsOf } from '../../../../packages/verify/src/testing/policies/statements.ts';
import { closeLater } from '../testing/close-later.ts';
import { freePort } from '../testing/free-port.ts';
import { PASSWORD, startRedis, stopRedis } from '../testing/redis-server.ts';
import { ORGANIZATION_ID } from '../testing/test-fleet.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { until } from '../testing/until.ts';
import { type LimitStore, openRedisStore } from './redis-store.ts';
import { createSharedLimiter } from './shared-limiter.ts';

async function openStore(port: number): Promise<LimitStore> {
  const store = await openRedisStore(new URL(`redis://:${PASSWORD}@127.0.0.1:${port}`));
  closeLater(async () => store.close());
  return store;
}

/** Patient, since a busy machine is no failure of Redis. */
function share(store: LimitStore, changes: string[] = [], answerMs = 30_000) {
  const counters = createCounters(systemClock);
  const changed = (isShared: boolean) => void changes.push(isShared ? 'shared' : 'away');
  const limiter = createSharedLimiter({ store, counters, clock: systemClock, answerMs, changed });
  closeLater(async () => limiter.close());
  return limiter;
}

function claim(count: number, unit: 'second' | 'day' = 'day', subject = 'key_1'): Claim {
  const name = `${count}/${unit} per key`;
  const windowMs = unit === 'day' ? 86_400_000 : 1000;
  const limit: RateLimit = { id: `pol_1/0 ${name}`, name, count, unit, windowMs, per: 'key' };
  return { limit, counter: `{ws_1} ${limit.id} ${subject}` };
}

it('lets three gateways under load together take no more than there is', async () => {
  const port = await freePort();
  await startRedis(port);
  const text = '@limit("100/second") @per("key") permit (principal, action, resource);';
  const policy = { policyId: 'pol_2', organizationId: ORGANIZATION_ID, workspaceId: null };
  const gateways = await Promise.all(
    [1, 2, 3].map(async () => {
      const limiter = share(await openStore(port));
      await until('Redis counts', () => limiter.isShared());
      const trustedProxies = [parseIpRange('127.0.0.1')].filter((each) => each !== undefined);
      const gateway = await startTestGateway(undefined, { trustedProxies }, { limiter });
      const statements = statementsOf(text);
      putPolicy(gateway.fleet.index, { ...policy, mode: 'enforce', statements });
      return { gateway, limiter, secret: gateway.fleet.addKey() };
    }),
  );
  const begin = performance.now();
  let taken = 0;
  const load = gateways.flatMap(({ gateway, secret }) =>
    Array.from({ length: 8 }, async () => {
      while (performance.now() - begin < 1500) {
        const answer = await fetch(`${gateway.url}/forward-auth`, {
          headers: { 'x-api-key': secret },
        });
        if (answer.status === 200) taken++;
        else expect(answer.status).toBe(429);
      }
    }),
  );
  await Promise.all(load);
  const most = 100 + (performance.now() - begin) / 10;
  expect(taken).toBeLessThanOrEqual(most * 1.01);
  expect(taken).toBeGreaterThan(100);
  expect(gateways.map(({ limiter }) => limiter.ownCalls())).toEqual([0, 0, 0]);
});

it('counts as a gateway alone does, for all limits of a call or for none', async () => {
  const port = await freePort();
  await startRedis(port);
  const store = await openStore(port);
  const own = createCounters({ monotonicMs: () => 0 });
  const claims = [claim(1), claim(3), claim(7), claim(40, 'day', 'key_2')];
  for (let i = 0; i < 40; i++) {
    const asked = claims.filter((_, at) => ((i * 11) >> at) % 2 === 1);
    if (asked.length === 0) continue;
    const restsOf = (rooms: { readonly remaining: number }[]) =>
      rooms.map((each) => each.remaining);
    const [shared, alone] = [await store.take(asked), own.take(asked)];
    expect([shared.isFree, ...restsOf([...shared.states])]).toEqual([
      ...[alone.isFree, ...restsOf([...alone.states])],
    ]);
  }
});

it('goes on by its own counters while Redis is away, and returns to it', async () => {
  const port = await freePort();
  const server = await startRedis(port);
  const changes: string[] = [];
  const limiter = share(await openStore(port), changes);
  await until('Redis counts', () => limiter.isShared());
  const twice = claim(2);
  expect((await limiter.take([twice])).isFree).toBe(true);
  await stopRedis(server);
  const frees: boolean[] = [];
  for (let i = 0; i < 4; i++) frees.push((await limiter.take([twice])).isFree);
  // One was taken in Redis: this gateway lets no more than two through all the same.
  expect(frees).toEqual([true, false, false, false]);
  await until('Redis is away', () => !limiter.isShared());
  expect(limiter.ownCalls()).toBe(4);
  await startRedis(port);
  await until('Redis counts again', () => limiter.isShared());
  expect((await limiter.take([claim(5)])).states).toMatchObject([{ remaining: 4 }]);
  expect(limiter.ownCalls()).toBe(4);
  expect(changes).toEqual(['shared', 'away', 'shared']);
});

it('waits for Redis only so long, and three times in a row', async () => {
  let isHung = false;
  const answer = async () => {
    if (isHung) await new Promise(() => undefined);
    return { isFree: true, states: [{ remaining: 1, nextMs: 0 }] };
  };
  const store = { take: answer, ping: async () => void (await answer()), close: () => undefined };
  const changes: string[] = [];
  const limiter = share(store, changes, 1);
  await until('Redis counts', () => limiter.isShared());
  isHung = true;
  for (let i = 0; i < 3; i++) await limiter.take([claim(100)]);
  expect([limiter.isShared(), limiter.ownCalls(), changes]).toEqual([false, 3, ['shared', 'away']]);
});
