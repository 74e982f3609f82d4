/** A rate limit at a gateway of several processes, before a real control plane. */
import type { PolicyPropagation, SavedPolicy } from '@tollkeeper/contract';
import { expect, test } from 'vitest';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { makeCallKey } from '../../apps/control-plane/src/testing/keys.ts';
import { startOrganization } from '../../apps/control-plane/src/testing/start-organization.ts';
import { until } from '../processes/until.ts';
import { openConnection } from './client-connection.ts';
import { startGateway } from './gateway.ts';
import { startUpstream } from './upstream.ts';
import { workersOf } from './worker-processes.ts';

test('holds for all workers together, under parallel load', async () => {
  const { app, owner } = await startOrganization();
  const key = await makeCallKey(app, owner);
  const { secret } = await makeJoinKey(owner);
  const reached = { controlPlane: app.baseUrl, joinKey: secret, upstream: await startUpstream() };
  const gateway = await startGateway({ ...reached, workers: 2 });
  await until('both workers take requests', () => workersOf(gateway).length === 2);
  const text = '@limit("25/day") permit (principal, action, resource);';
  const policy = { workspaceId: null, name: 'Limited', text };
  const { body } = await owner.post<SavedPolicy>('/v1/policies', policy);
  await until('the policy is applied', async () => {
    const path = `/v1/policies/${body.id}/propagation`;
    const { gateways } = (await owner.get<PolicyPropagation>(path)).body;
    return gateways.length === 1 && gateways.every(({ applied }) => applied);
  });
  // Each on a connection of its own: they go to the workers in turn.
  const load = Array.from({ length: 8 }, async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) {
      statuses.push((await openConnection(gateway.baseUrl, key.secret).ask()).status);
    }
    return statuses;
  });
  const statuses = (await Promise.all(load)).flat();
  expect(statuses.filter((each) => each === 200)).toHaveLength(25);
  expect(statuses.filter((each) => each === 429)).toHaveLength(55);
});
