import { randomUUID } from 'node:crypto';
import type { Gateway } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { purgeOutdated } from '../jobs/purge-outdated.ts';
import { type FleetWorld, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import type { GatewayClient, Joined } from '../testing/gateway-client.ts';
import { addWorkspace } from '../testing/people.ts';
import { makeKey, type TestKey } from '../testing/start-organization.ts';
import { whileHeld } from '../testing/while-held.ts';
import { hasIdentityConflict } from './connections.ts';

let world: FleetWorld;
let key: TestKey;

beforeAll(async () => {
  world = await startFleetWorld();
  key = await makeKey(world.app, world.owner);
});

const LOCK_GATEWAY = 'select 1 from gateway where id = $1 for no key update';
/** Another name each time: an edit that changes nothing raises no version. */
async function rename(): Promise<void> {
  await world.owner.patch(`/v1/api-keys/${key.id}`, { name: `renamed ${randomUUID()}` });
}

function acknowledge(gateway: GatewayClient): void {
  const has = gateway.has();
  if (!has) throw new Error('No snapshot');
  gateway.send({ type: 'ack', ...has });
}

interface StoredGateway {
  readonly version: number | null;
  readonly software: string | null;
  readonly staleMaxMs: number | null;
  readonly seenAt: Date | null;
}

async function stored({ gatewayId }: Joined): Promise<StoredGateway | undefined> {
  const [row] = await world.query<StoredGateway>(
    `select applied_version::int as version, software_version as software,
       stale_max_ms::int as "staleMaxMs", last_seen_at as "seenAt"
     from gateway where id = $1`,
    [gatewayId],
  );
  return row;
}

function connections({ gatewayId }: Joined) {
  return world.query<{ instanceId: string; health: object | null; hostname: string }>(
    `select instance_id as "instanceId", hostname, health from gateway_connection
     where gateway_id = $1`,
    [gatewayId],
  );
}

function applied({ gatewayId }: Joined, version: number) {
  return world.query<{ ms: number }>(
    `select (extract(epoch from applied_at - c.at) * 1000)::float8 as ms
     from gateway_version v
     join gateway g on g.id = v.gateway_id
     join workspace_change c on c.workspace_id = g.workspace_id and c.version = v.version
     where gateway_id = $1 and v.version = $2`,
    [gatewayId, version],
  );
}

describe('what a gateway has applied', () => {
  it('is stored with the moment, by the clock that the change was stored by', async () => {
    const joined = await world.join();
    const gateway = await world.connect(joined);
    await world.upToDate(gateway);
    await rename();
    await world.upToDate(gateway);
    const version = gateway.version() ?? 0;
    await vi.waitUntil(async () => (await stored(joined))?.version === version, WAIT);
    const [row] = await applied(joined, version);
    expect(row?.ms).toBeGreaterThanOrEqual(0);
    expect(row?.ms).toBeLessThan(60_000);
  });

  it('is what it comes back with, and nothing when it comes back with nothing', async () => {
    const joined = await world.join();
    const first = await world.connect(joined);
    await world.upToDate(first);
    await first.close();
    await rename();
    const version = first.version() ?? 0;
    const silent = await world.connect(joined, { has: first.has(), acks: false });
    await silent.wait('changes');
    await vi.waitUntil(async () => (await stored(joined))?.version === version, WAIT);
    const empty = await world.connect(joined, { acks: false });
    await empty.wait('gateway');
    expect((await stored(joined))?.version).toBe(null);
  });

  it('is nothing once it came back with nothing, though an earlier version was still to be stored', async () => {
    const [joined, other] = [await world.join(), await world.join()];
    const first = await world.connect(joined, { acks: false });
    const busy = await world.connect(other);
    await Promise.all([first, busy].map(world.upToDate));
    const { promise: back, resolve: comeBack } = Promise.withResolvers<GatewayClient>();

    const empty = await whileHeld(
      world.app.database,
      (holder) => holder.query(LOCK_GATEWAY, [other.gatewayId]),
      () => {
        acknowledge(busy);
        return back;
      },
      async () => {
        acknowledge(first);
        comeBack(await world.connect(joined, { acks: false }));
        await rename();
      },
    );
    await empty.wait('gateway');
    await world.query('update gateway set applied_version = null where id = $1', [other.gatewayId]);
    acknowledge(busy);
    await vi.waitUntil(async () => (await stored(other))?.version !== null, WAIT);
    expect((await stored(joined))?.version).toBe(null);
  });

  it('is no version that its workspace never reached', async () => {
    const joined = await world.join();
    const gateway = await world.connect(joined);
    await world.upToDate(gateway);
    const { latest } = gateway.has() ?? { latest: { version: 0, revision: '' } };
    gateway.send({ type: 'ack', version: 1_000_000, latest });
    gateway.send({ type: 'ack', version: 1_000_000, latest: { ...latest, version: 1_000_000 } });
    await rename();
    await world.upToDate(gateway);
    await vi.waitUntil(async () => (await stored(joined))?.version === gateway.version(), WAIT);
    expect(await world.query('select 1 from gateway_version where version = 1000000')).toEqual([]);
  });
});

describe('a connected gateway', () => {
  it('is there with its address, host and health until it goes', async () => {
    const joined = await world.join();
    const gateway = await world.connect(joined);
    await gateway.wait('gateway');
    expect(await connections(joined)).toMatchObject([{ hostname: 'edge.test', health: null }]);
    expect(await stored(joined)).toMatchObject({ software: '0.0.0-test', staleMaxMs: null });
    const health = {
      callsPerMinute: 7,
      cpuPercent: 1.5,
      memoryBytes: 1000,
      spooledCalls: 2,
      fault: null,
    };
    gateway.send({ type: 'health', ...health });
    await vi.waitUntil(async () => (await connections(joined))[0]?.health, WAIT);
    expect(await connections(joined)).toMatchObject([{ health }]);
    await gateway.close();
    await vi.waitUntil(async () => (await connections(joined)).length === 0, WAIT);
    expect((await stored(joined))?.seenAt).not.toBe(null);
  });

  it('shows as a fault what it rejected, until it applies something', async () => {
    const joined = await world.join();
    const gateway = await world.connect(joined);
    await world.upToDate(gateway);
    gateway.send({ type: 'reject', reason: 'signature', detail: 'not signed' });
    await vi.waitUntil(async () => (await connections(joined))[0]?.health, WAIT);
    expect(await connections(joined)).toMatchObject([
      { health: { fault: expect.stringContaining('(signature): not signed') } },
    ]);
    expect(world.app.logged.join()).toContain('gateway rejected a message');
    await rename();
    await vi.waitUntil(async () => (await connections(joined))[0]?.health === null, WAIT);
  });

  it('keeps one connection for one run of its process: the older one is cut', async () => {
    const joined = await world.join();
    const first = await world.connect(joined);
    await first.wait('gateway');
    const second = await world.connect(joined, { instanceId: first.instanceId });
    await second.wait('gateway');
    await first.closed;
    await rename();
    await world.upToDate(second);
    expect(await connections(joined)).toHaveLength(1);
  });

  it('receives its facts when people change them, and only then', async () => {
    const joined = await world.join();
    const gateway = await world.connect(joined);
    await gateway.wait('gateway');
    await world.owner.patch(`/v1/gateways/${joined.gatewayId}`, { name: 'west', draining: true });
    const received = () => gateway.headers.filter((each) => each.type === 'gateway');
    await vi.waitUntil(() => received().length > 1, WAIT);
    expect(received()).toMatchObject([
      { name: 'edge', draining: false },
      { name: 'west', draining: true },
    ]);
  });

  it('is ended when it breaks the protocol', async () => {
    const gateway = await world.connect(await world.join());
    await gateway.wait('gateway');
    gateway.socket.send('{"type":"ack"}');
    expect(await gateway.closed).toBe(1008);
    expect(gateway.headers.at(-1)).toMatchObject({ type: 'refused', code: 'malformed' });
  });
});

describe('a removed gateway', () => {
  async function expectRemoved(gateway: GatewayClient): Promise<void> {
    expect(await gateway.closed).toBe(1008);
    const { gatewayId } = gateway.joined;
    expect(gateway.headers.at(-1)).toMatchObject({ type: 'removed', gatewayId });
    const again = await world.connect(gateway.joined);
    expect(await again.closed).toBe(1008);
    expect(again.headers.map(({ type }) => type)).toEqual(['challenge', 'removed']);
  }

  it('is notified and disconnected at once, in all its places, and admitted no more', async () => {
    // Removed gateways are found with each ping, too. If none came in between, the change found them.
    await vi.waitFor(async () => {
      const joined = await world.join();
      const gateways = [await world.connect(joined), await world.connect(joined)];
      for (const each of gateways) await world.upToDate(each);
      let pings = 0;
      for (const { socket } of gateways) socket.on('ping', () => (pings += 1));
      await world.owner.delete(`/v1/gateways/${joined.gatewayId}`);
      for (const each of gateways) await expectRemoved(each);
      expect(pings).toBe(0);
    });
  });

  it('goes with its workspace', async () => {
    const joined = await world.join();
    const elsewhere = await addWorkspace(world.app, joined.organizationId, 'elsewhere');
    const gateway = await world.connect(await world.join(elsewhere));
    await world.upToDate(gateway);
    const type = { 'content-type': 'application/json' };
    await world.owner.raw('DELETE', `/v1/workspaces/${elsewhere}`, '{"name":"elsewhere"}', type);
    await expectRemoved(gateway);
  });
});

describe('one identity in two places', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
  const connection = (from: number, seen: number) => ({ connectedAt: at(from), seenAt: at(seen) });

  it.each([
    [false, 'alone', [connection(0, 100)]],
    [false, 'restarted while its old connection lingers', [connection(0, 50), connection(50, 90)]],
    [true, 'alive in both', [connection(0, 90), connection(50, 91)]],
    [
      true,
      'alive in the first and the last',
      [connection(0, 90), connection(5, 9), connection(9, 91)],
    ],
  ])('is a conflict: %s, when it is %s', (isConflict, _what, connections) => {
    expect(hasIdentityConflict(connections)).toBe(isConflict);
    expect(hasIdentityConflict(connections.toReversed())).toBe(isConflict);
  });

  it('shows, with both places', async () => {
    const joined = await world.join();
    await world.connect(joined);
    await world.connect(joined);
    const view = async () =>
      (await world.owner.get<Gateway>(`/v1/gateways/${joined.gatewayId}`)).body;
    await vi.waitUntil(async () => (await view()).identityConflict, WAIT);
    expect((await view()).instances).toHaveLength(2);
  });
});

describe('what nobody asks for any more', () => {
  it('is purged: connections of processes that are gone, and when old versions were applied', async () => {
    const joined = await world.join();
    const gateway = await world.connect(joined);
    await world.upToDate(gateway);
    await world.query(
      `insert into gateway_connection
         (gateway_id, instance_id, process_id, address, hostname, connected_at, seen_at)
       values ($1, 'gone', 'gone', '', '', now(), now() - interval '61 seconds')`,
      [joined.gatewayId],
    );
    await world.query(
      `insert into gateway_version (gateway_id, version, applied_at)
       values ($1, -2, now() - interval '169 hours'), ($1, -1, now() - interval '167 hours')`,
      [joined.gatewayId],
    );
    await world.query(
      `update change set at = now() - interval '169 hours' where id = (select min(id) from change)`,
    );
    await world.query(
      `update change set at = now() - interval '167 hours' where id = (select max(id) from change)`,
    );
    const counts = await purgeOutdated(world.app.services.db);
    expect(counts).toMatchObject({ connections: 1, appliedVersions: 1, changes: 1 });
    expect((await connections(joined)).map((each) => each.instanceId)).toEqual([
      gateway.instanceId,
    ]);
  });
});
