import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type FleetWorld, factsOf, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import type { GatewayClient } from '../testing/gateway-client.ts';
import { makeKey } from '../testing/start-organization.ts';
import { createSnapshotRateLimit } from './snapshot-rate-limit.ts';

describe('whole snapshots', () => {
  it('come at once, up to five, and then one a minute', () => {
    let nowMs = 0;
    const rateLimit = createSnapshotRateLimit(() => nowMs);
    for (let taken = 0; taken < 5; taken += 1) {
      expect(rateLimit.waitMs('gw_1')).toBe(0);
      rateLimit.take('gw_1');
    }
    expect(rateLimit.waitMs('gw_1')).toBe(60_000);
    expect(rateLimit.waitMs('gw_2')).toBe(0);
    nowMs += 59_999;
    expect(rateLimit.waitMs('gw_1')).toBe(1);
    nowMs += 1;
    expect(rateLimit.waitMs('gw_1')).toBe(0);
    rateLimit.take('gw_1');
    expect(rateLimit.waitMs('gw_1')).toBe(60_000);
  });

  it('are all there again for a gateway that asked for none for a while', () => {
    let nowMs = 0;
    const rateLimit = createSnapshotRateLimit(() => nowMs);
    for (let taken = 0; taken < 5; taken += 1) rateLimit.take('gw_1');
    nowMs += 300_000;
    for (let taken = 0; taken < 5; taken += 1) {
      expect(rateLimit.waitMs('gw_1')).toBe(0);
      rateLimit.take('gw_1');
    }
    expect(rateLimit.waitMs('gw_1')).toBe(60_000);
  });
});

describe('a gateway that asks for whole snapshots again and again', () => {
  let world: FleetWorld;
  beforeAll(async () => {
    world = await startFleetWorld();
  });

  const snapshotsOf = ({ headers }: GatewayClient) =>
    headers.filter((each) => each.type === 'snapshot' && each.part === 0).length;

  it('gets the first at once, then no more than its share, and every change all the while', async () => {
    const key = await makeKey(world.app, world.owner);
    const joined = await world.join();
    const greedy = await world.connect(joined);
    for (let count = 1; count <= 5; count += 1) {
      await vi.waitUntil(() => snapshotsOf(greedy) === count, WAIT);
      greedy.send({ type: 'resync' });
      greedy.send({ type: 'resync' });
    }
    await vi.waitUntil(() => world.app.logged.join().includes('too many snapshots'), WAIT);
    await world.owner.post(`/v1/api-keys/${key.id}/disable`);
    await vi.waitUntil(() => factsOf(greedy, key.secret)?.status === 'disabled', WAIT);
    await world.upToDate(greedy);

    // Nor on another connection, as one that claims to have nothing.
    const again = await world.connect(joined);
    await again.wait('gateway');
    const other = await world.connect(await world.join());
    await world.upToDate(other);
    expect([snapshotsOf(greedy), snapshotsOf(again), snapshotsOf(other)]).toEqual([5, 0, 1]);
    expect(greedy.faults).toEqual([]);
  });
});
