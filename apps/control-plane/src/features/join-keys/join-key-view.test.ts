import type { JoinKey } from '@tollkeeper/contract';
import { expect, it } from 'vitest';
import { connectGateway, joinWith, makeJoinKey } from '../../testing/fleet.ts';
import { startOrganization } from '../../testing/start-organization.ts';

it('shows a use as given back while its gateway is late, and as taken once it connects', async () => {
  const { app, owner, query } = await startOrganization();
  const joinKey = await makeJoinKey(owner);
  const shown = async () => {
    const { body } = await owner.get<{ data: JoinKey[] }>('/v1/join-keys');
    const { status, usesCount } = body.data.find(({ id }) => id === joinKey.id) ?? {};
    return { status, usesCount };
  };
  expect(await shown()).toEqual({ status: 'active', usesCount: 0 });
  const { body: gateway } = await joinWith(app, joinKey.secret);
  expect(await shown()).toEqual({ status: 'used_up', usesCount: 1 });
  await query(`update gateway set created_at = created_at - interval '10 minutes'`);
  expect(await shown()).toEqual({ status: 'active', usesCount: 0 });
  await connectGateway(query, gateway.gatewayId);
  expect(await shown()).toEqual({ status: 'used_up', usesCount: 1 });
});
