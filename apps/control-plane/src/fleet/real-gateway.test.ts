import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gateway } from '@tollkeeper/contract';
import { type Fleet, startFleet, systemClock } from '@tollkeeper/fleet';
import { decide, hashSecret } from '@tollkeeper/verify';
import { pino } from 'pino';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { makeJoinKey } from '../testing/fleet.ts';
import { type FleetWorld, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import { makeKey, type TestKey } from '../testing/start-organization.ts';

/** Less than clocks are wrong by here, so that going by the wrong one would show. */
const STALE_MAX_MS = 120_000;
const MINUTE_MS = 60_000;

let world: FleetWorld;

beforeAll(async () => {
  world = await startFleetWorld();
});

interface Started {
  readonly fleet: Fleet;
  readonly stateDir: string;
  readonly joinKey: string;
  readonly logged: () => string;
}

/**
 * Both halves of the protocol as they are in production.
 * @param aheadMs how much the clock on the gateway's wall is fast
 */
async function startGateway(aheadMs = 0): Promise<Started> {
  const parent = await mkdtemp(join(tmpdir(), 'tollkeeper-'));
  const { secret } = await makeJoinKey(world.owner, { workspaceId: world.workspaceId });
  const stateDir = join(parent, 'state');
  let logged = '';
  const fleet = await startFleet({
    controlPlane: world.app.baseUrl,
    joinKey: secret,
    stateDir,
    name: 'edge',
    softwareVersion: '0.0.0-test',
    hostname: 'edge.test',
    staleMaxMs: STALE_MAX_MS,
    log: pino({ level: 'trace' }, { write: (line) => (logged += line) }),
    clock: { ...systemClock, epochMs: () => Date.now() + aheadMs },
  });
  onTestFinished(async () => {
    await fleet.close();
    await rm(parent, { recursive: true, force: true });
  });
  return { fleet, stateDir, joinKey: secret, logged: () => logged };
}

function codeOf(fleet: Fleet, { secret }: TestKey, nowMs = Date.now()): string {
  const keys = fleet.keys();
  if (typeof keys === 'string') return keys;
  const { organizationId, workspaceId, index } = keys;
  return decide(index, { secret, organizationId, workspaceId }, nowMs).code;
}

async function viewOf({ status }: Fleet): Promise<Gateway> {
  return (await world.owner.get<Gateway>(`/v1/gateways/${status().gatewayId}`)).body;
}

/** Five calls, from the gateway's spool to the table of the control plane. */
async function handsOver(fleet: Fleet, { id }: TestKey, atMs: number): Promise<void> {
  const [owner] = await world.query<{ id: string }>('select member_id as id from api_key');
  const subject = { keyId: id, ownerId: owner?.id ?? '', workspaceId: null };
  for (let n = 0; n < 5; n += 1) fleet.count(subject, true, atMs);
  fleet.settle();
  await vi.waitUntil(async () => {
    const [row] = await world.query<{ accepted: number }>(
      'select sum(accepted)::int as accepted from key_usage where key_id = $1',
      [id],
    );
    return row?.accepted === 5 && fleet.status().spooledCalls === 0;
  }, WAIT);
}

it('a gateway joins, decides, hears of a revocation, hands over its counts, and is removed', async () => {
  const key = await makeKey(world.app, world.owner);
  const { fleet } = await startGateway();
  expect(codeOf(fleet, key)).toBe('valid');
  await vi.waitUntil(async () => (await viewOf(fleet)).state === 'connected', WAIT);

  await handsOver(fleet, key, Date.now());

  await world.owner.post(`/v1/api-keys/${key.id}/revoke`, { reason: 'a test' });
  await vi.waitUntil(() => codeOf(fleet, key) === 'revoked', WAIT);
  const { version } = fleet.status();
  await vi.waitUntil(async () => (await viewOf(fleet)).appliedVersion === version, WAIT);

  await world.owner.delete(`/v1/gateways/${fleet.status().gatewayId}`);
  await vi.waitUntil(() => codeOf(fleet, key) === 'no_snapshot', WAIT);
  await vi.waitUntil(() => !fleet.status().connected, WAIT);
  expect(fleet.status().fault).toContain('removed from the fleet');
});

it.each([-5, 5])('a gateway works whose clock is %i minutes ahead', async (minutes) => {
  const aheadMs = minutes * MINUTE_MS;
  const key = await makeKey(world.app, world.owner);
  const { fleet } = await startGateway(aheadMs);
  const code = () => codeOf(fleet, key, Date.now() + aheadMs);
  expect(code()).toBe('valid');
  await vi.waitUntil(async () => (await viewOf(fleet)).state === 'connected', WAIT);

  await handsOver(fleet, key, Date.now() + aheadMs);
  const stats = await world.owner.get<{ lastCallAt: string }>('/v1/api-keys/stats');
  expect(Date.parse(stats.body.lastCallAt)).toBeLessThanOrEqual(Date.now());

  await world.owner.post(`/v1/api-keys/${key.id}/disable`);
  await vi.waitUntil(() => code() === 'disabled', WAIT);
  await world.owner.post(`/v1/api-keys/${key.id}/enable`);
  await vi.waitUntil(() => code() === 'valid', WAIT);
  const { version } = fleet.status();
  await vi.waitUntil(async () => (await viewOf(fleet)).appliedVersion === version, WAIT);
});

it('a gateway keeps neither a key nor its join key, on its disk or in its log', async () => {
  const key = await makeKey(world.app, world.owner);
  const { fleet, stateDir, joinKey, logged } = await startGateway();
  expect(codeOf(fleet, key)).toBe('valid');
  await handsOver(fleet, key, Date.now());
  await world.owner.post(`/v1/api-keys/${key.id}/disable`);
  await vi.waitUntil(() => codeOf(fleet, key) === 'disabled', WAIT);

  const disk = Buffer.concat(await filesBelow(stateDir));
  for (const secret of [key.secret, joinKey]) {
    expect(disk.includes(secret)).toBe(false);
    expect(logged()).not.toContain(secret);
  }
  // The search itself: the hash of the key is what it decides by, and it logs who it is.
  expect(disk.includes(hashSecret(key.secret))).toBe(true);
  expect(logged()).toContain(fleet.status().gatewayId);
});

async function filesBelow(folder: string): Promise<Buffer[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))));
}
