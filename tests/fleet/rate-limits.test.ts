/** A rate limit at a gateway of several processes, before a real control plane. */
import type {
  Gateway as ListedGateway,
  PolicyPropagation,
  SavedPolicy,
} from '@tollkeeper/contract';
import { expect, test } from 'vitest';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { makeCallKey } from '../../apps/control-plane/src/testing/keys.ts';
import { startOrganization } from '../../apps/control-plane/src/testing/start-organization.ts';
import { freePort } from '../../apps/gateway/src/testing/free-port.ts';
import { PASSWORD, startRedis, stopRedis } from '../../apps/gateway/src/testing/redis-server.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { openConnection } from './client-connection.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { startUpstream } from './upstream.ts';
import { workersOf } from './worker-processes.ts';

test('holds for all workers together, under parallel load', async () => {
  const { gateway, key } = await startLimited('25/day');
  // Each on a connection of its own: they go to the workers in turn.
  const load = Array.from({ length: 8 }, () => askOften(gateway, key.secret, 10));
  const statuses = (await Promise.all(load)).flat();
  expect(statuses.filter((each) => each === 200)).toHaveLength(25);
  expect(statuses.filter((each) => each === 429)).toHaveLength(55);
});

test('holds while Redis is away, which metrics and the fleet show until it is back', async () => {
  const redisPort = await freePort();
  const redis = await startRedis(redisPort);
  const url = `redis://:${PASSWORD}@127.0.0.1:${redisPort}`;
  const { owner, gateway, key } = await startLimited('20/day', { REDIS_URL: url });
  const shows = (shared: 0 | 1) =>
    until(`shared is ${shared} in metrics and fleet`, async () => {
      const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
      const { data } = (await owner.get<{ data: ListedGateway[] }>('/v1/gateways')).body;
      const isInMetrics = metrics.includes(`\ntollkeeper_gateway_rate_limits_shared ${shared}\n`);
      const isInFleet = data.every(({ fault }) =>
        shared ? fault === null : fault?.startsWith('Redis is away'),
      );
      return isInMetrics && isInFleet && metrics;
    });
  await shows(1);
  const before = await askOften(gateway, key.secret, 5);
  expect(before).toEqual(Array(5).fill(200));

  await stopRedis(redis);
  const meanwhile = await askOften(gateway, key.secret, 30);
  // Five were counted in Redis: this gateway lets no more than twenty through all the same.
  expect(meanwhile).toEqual([...Array(15).fill(200), ...Array(15).fill(429)]);
  const metrics = await shows(0);
  expect(metrics).toMatch(/\ntollkeeper_gateway_rate_limit_own_calls_total 30\n/);

  await startRedis(redisPort);
  await shows(1);
  // What the gateway counted for itself is not in Redis, which holds nothing.
  expect(await askOften(gateway, key.secret, 1)).toEqual([200]);
});

/** A gateway of two processes that has applied the limit, and a key that may call. */
async function startLimited(limit: string, env: Readonly<Record<string, string>> = {}) {
  const { app, owner } = await startOrganization();
  const key = await makeCallKey(app, owner);
  const { secret } = await makeJoinKey(owner);
  const reached = { controlPlane: app.baseUrl, joinKey: secret, upstream: await startUpstream() };
  const gateway = await startGateway({ ...reached, workers: 2, env });
  await until('both workers take requests', () => workersOf(gateway).length === 2);
  const text = `@limit("${limit}") permit (principal, action, resource);`;
  const policy = { workspaceId: null, name: 'Limited', text };
  const { body } = await owner.post<SavedPolicy>('/v1/policies', policy);
  await until('the policy is applied', async () => {
    const path = `/v1/policies/${body.id}/propagation`;
    const { gateways } = (await owner.get<PolicyPropagation>(path)).body;
    return gateways.length === 1 && gateways.every(({ applied }) => applied);
  });
  return { owner, gateway, key };
}

/** One call after the other, each on a connection of its own. */
async function askOften(gateway: Gateway, secret: string, times: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) {
    statuses.push((await openConnection(gateway.baseUrl, secret).ask()).status);
  }
  return statuses;
}
