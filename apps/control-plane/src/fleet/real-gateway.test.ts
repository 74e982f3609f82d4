import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gateway } from '@tollkeeper/contract';
import { type Fleet, startFleet } from '@tollkeeper/fleet';
import { decide } from '@tollkeeper/verify';
import { pino } from 'pino';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { makeJoinKey } from '../testing/fleet.ts';
import { type FleetWorld, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import { makeKey, type TestKey } from '../testing/start-organization.ts';

let world: FleetWorld;

beforeAll(async () => {
  world = await startFleetWorld();
});

/** Both halves of the protocol as they are in production. */
async function startGateway(): Promise<Fleet> {
  const parent = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  const { secret } = await makeJoinKey(world.owner, { workspaceId: world.workspaceId });
  const fleet = await startFleet({
    controlPlane: world.app.baseUrl,
    joinKey: secret,
    stateDir: join(parent, 'state'),
    name: 'edge',
    softwareVersion: '0.0.0-test',
    hostname: 'edge.test',
    staleMaxMs: null,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(async () => {
    await fleet.close();
    await rm(parent, { recursive: true, force: true });
  });
  return fleet;
}

function codeOf(fleet: Fleet, { secret }: TestKey): string {
  const keys = fleet.keys();
  if (typeof keys === 'string') return keys;
  const { organizationId, workspaceId, index } = keys;
  return decide(index, { secret, organizationId, workspaceId }, Date.now()).code;
}

async function viewOf({ status }: Fleet): Promise<Gateway> {
  return (await world.owner.get<Gateway>(`/v1/gateways/${status().gatewayId}`)).body;
}

it('a gateway joins, decides, hears of a revocation, hands over its counts, and is removed', async () => {
  const key = await makeKey(world.app, world.owner);
  const fleet = await startGateway();
  expect(codeOf(fleet, key)).toBe('valid');
  await vi.waitUntil(async () => (await viewOf(fleet)).state === 'connected', WAIT);

  const [owner] = await world.query<{ id: string }>('select member_id as id from api_key');
  const subject = { keyId: key.id, ownerId: owner?.id ?? '', workspaceId: null };
  for (let n = 0; n < 5; n += 1) fleet.count(subject, true, Date.now());
  fleet.settle();
  await vi.waitUntil(async () => {
    const [row] = await world.query<{ accepted: number }>(
      'select sum(accepted)::int as accepted from key_usage where key_id = $1',
      [key.id],
    );
    return row?.accepted === 5 && fleet.status().spooledCalls === 0;
  }, WAIT);

  await world.owner.post(`/v1/api-keys/${key.id}/revoke`, { reason: 'a test' });
  await vi.waitUntil(() => codeOf(fleet, key) === 'revoked', WAIT);
  const { version } = fleet.status();
  await vi.waitUntil(async () => (await viewOf(fleet)).appliedVersion === version, WAIT);

  await world.owner.delete(`/v1/gateways/${fleet.status().gatewayId}`);
  await vi.waitUntil(() => codeOf(fleet, key) === 'no_snapshot', WAIT);
  await vi.waitUntil(() => !fleet.status().connected, WAIT);
  expect(fleet.status().fault).toContain('removed from the fleet');
});
