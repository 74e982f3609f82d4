import { createIdentity } from '@tollkeeper/protocol';
import { beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { connectGateway, joinWith, makeJoinKey } from '../testing/fleet.ts';
import { type FleetWorld, startFleetWorld } from '../testing/fleet-world.ts';
import { type Joined, openGateway } from '../testing/gateway-client.ts';
import { auditEvents } from '../testing/query-database.ts';
import type { Session } from './gateway-session.ts';
import { createConflictWatch } from './identity-conflicts.ts';

let world: FleetWorld;
let joined: Joined;

beforeAll(async () => {
  world = await startFleetWorld();
});

beforeEach(async () => {
  joined = await world.join();
});

/** What is recorded of the id, once that is due. */
async function recorded(id: string) {
  await world.app.services.incidents.flush();
  const events = await auditEvents(world.query);
  return events
    .filter(({ target, actor }) => target.id === id && actor.type === 'system')
    .map(({ action, after }) => ({ action, ...after }));
}

async function sayHello(as: Joined): Promise<void> {
  const gateway = openGateway(world.app, as);
  onTestFinished(() => gateway.close());
  await gateway.hello();
  await gateway.closed;
}

it('records that somebody claimed to be a gateway, once for all who do', async () => {
  const impostor = { ...joined, identity: createIdentity() };
  for (let round = 0; round < 2; round += 1) await sayHello(impostor);
  const event = { action: 'gateway.connection_refused', why: 'not_signed_by_it' };
  expect(await recorded(joined.gatewayId)).toEqual([{ ...event, count: 2 }]);
  await sayHello(impostor);
  expect(await recorded(joined.gatewayId)).toHaveLength(1);
});

it('records nothing of those who name no gateway', async () => {
  const before = (await auditEvents(world.query)).length;
  await sayHello({ ...joined, gatewayId: 'gw_00000000000000000000' });
  await joinWith(world.app, `tk_join_${'0'.repeat(38)}`);
  await world.app.services.incidents.flush();
  expect(await auditEvents(world.query)).toHaveLength(before);
});

it('records that a join key was refused, and why', async () => {
  const { id, secret } = await makeJoinKey(world.owner);
  const statuses = [];
  for (let use = 0; use < 3; use += 1) {
    const answer = await joinWith(world.app, secret);
    statuses.push(answer.status);
    // Else its use would be given to the next that asks.
    await world.query('update gateway set last_seen_at = now() where join_key_id = $1', [id]);
  }
  expect(statuses).toEqual([201, 403, 403]);
  const event = { action: 'gateway.join_refused', why: 'spent_or_expired', count: 2 };
  expect(await recorded(id)).toEqual([event]);
});

it('records an identity in two places once it begins, by the process with the newest connection', async () => {
  const { gatewayId, organizationId } = joined;
  const session = { gateway: { id: gatewayId, organizationId } } as Session;
  const { db, incidents } = world.app.services;
  const watch = (newest: string) =>
    createConflictWatch({
      ...{ db, incidents },
      gateways: {
        all: () => [session],
        of: () => [session],
        holds: (_id, instanceId) => instanceId === newest,
      },
    });
  const [before, after] = ['1', '2'].map((digit) => digit.repeat(32));
  await connectGateway(world.query, gatewayId, { instanceId: before ?? '', connectedMs: 9000 });
  const here = watch(after ?? '');
  await here();
  expect(await recorded(gatewayId)).toEqual([]);
  await connectGateway(world.query, gatewayId, { instanceId: after ?? '', connectedMs: 5000 });
  await watch(before ?? '')();
  expect(await recorded(gatewayId)).toEqual([]);
  for (let round = 0; round < 2; round += 1) await here();
  const place = { address: '192.0.2.1', hostname: 'host' };
  expect(await recorded(gatewayId)).toMatchObject([
    { action: 'gateway.identity_conflict', count: 1, instances: [place, place] },
  ]);
});
