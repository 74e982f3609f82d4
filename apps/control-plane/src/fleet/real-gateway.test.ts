import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Fleet, systemClock } from '@tollkeeper/gateway-core';
import { hashSecret } from '@tollkeeper/verify';
import { pino } from 'pino';
import { beforeAll, expect, it, vi } from 'vitest';
import { type FleetWorld, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import { codeOf, type RealGateway, startRealGateway, viewOf } from '../testing/real-gateway.ts';
import { makeKey, type TestKey } from '../testing/start-organization.ts';

/** Less than clocks are wrong by here, so that going by the wrong one would show. */
const STALE_MAX_MS = 120_000;
const MINUTE_MS = 60_000;

let world: FleetWorld;

beforeAll(async () => {
  world = await startFleetWorld();
});

/** @param aheadMs how much the clock on the gateway's wall is fast */
async function startGateway(aheadMs = 0): Promise<RealGateway & { logged: () => string }> {
  let logged = '';
  const started = await startRealGateway(world.app, world.owner, world.workspaceId, {
    staleMaxMs: STALE_MAX_MS,
    log: pino({ level: 'trace' }, { write: (line) => (logged += line) }),
    clock: { ...systemClock, epochMs: () => Date.now() + aheadMs },
  });
  return { ...started, logged: () => logged };
}

/** Five calls, from the gateway's spool to the table of the control plane. */
async function handsOver(fleet: Fleet, { id }: TestKey, atMs: number): Promise<void> {
  const [owner] = await world.query<{ id: string }>('select member_id as id from api_key');
  const subject = { keyId: id, ownerId: owner?.id ?? '', workspaceId: null };
  for (let n = 0; n < 5; n += 1) fleet.count(subject, true, atMs);
  fleet.flush();
  await vi.waitUntil(async () => {
    const [row] = await world.query<{ accepted: number }>(
      'select sum(accepted)::int as accepted from key_usage where key_id = $1',
      [id],
    );
    return row?.accepted === 5 && fleet.status().spooledCalls === 0;
  }, WAIT);
}

it('a gateway joins, decides, receives a revocation, hands over its counts, and is removed', async () => {
  const key = await makeKey(world.app, world.owner);
  const { fleet } = await startGateway();
  expect(codeOf(fleet, key)).toBe('valid');
  await vi.waitUntil(async () => (await viewOf(world.owner, fleet)).state === 'connected', WAIT);

  await handsOver(fleet, key, Date.now());

  await world.owner.post(`/v1/api-keys/${key.id}/revoke`, { reason: 'a test' });
  await vi.waitUntil(() => codeOf(fleet, key) === 'revoked', WAIT);
  const { version } = fleet.status();
  await vi.waitUntil(
    async () => (await viewOf(world.owner, fleet)).appliedVersion === version,
    WAIT,
  );

  await world.owner.delete(`/v1/gateways/${fleet.status().gatewayId}`);
  await vi.waitUntil(() => codeOf(fleet, key) === 'gateway_removed', WAIT);
  await vi.waitUntil(() => !fleet.status().connected, WAIT);
  expect(fleet.status().fault).toContain('removed from the fleet');
});

it.each([-5, 5])('a gateway works whose clock is %i minutes ahead', async (minutes) => {
  const aheadMs = minutes * MINUTE_MS;
  const key = await makeKey(world.app, world.owner);
  const { fleet } = await startGateway(aheadMs);
  const code = () => codeOf(fleet, key, Date.now() + aheadMs);
  expect(code()).toBe('valid');
  await vi.waitUntil(async () => (await viewOf(world.owner, fleet)).state === 'connected', WAIT);

  await handsOver(fleet, key, Date.now() + aheadMs);
  const stats = await world.owner.get<{ lastCallAt: string }>('/v1/api-keys/stats');
  expect(Date.parse(stats.body.lastCallAt)).toBeLessThanOrEqual(Date.now());

  await world.owner.post(`/v1/api-keys/${key.id}/disable`);
  await vi.waitUntil(() => code() === 'disabled', WAIT);
  await world.owner.post(`/v1/api-keys/${key.id}/enable`);
  await vi.waitUntil(() => code() === 'valid', WAIT);
  const { version } = fleet.status();
  await vi.waitUntil(
    async () => (await viewOf(world.owner, fleet)).appliedVersion === version,
    WAIT,
  );
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
