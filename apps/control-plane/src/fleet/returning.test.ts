import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type FleetWorld, factsOf, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import {
  addGateways,
  type GatewayClient,
  type Has,
  type Joined,
  openGateway,
} from '../testing/gateway-client.ts';
import { addManyKeys } from '../testing/many-keys.ts';
import { makeKey, type TestKey } from '../testing/start-organization.ts';

const GATEWAYS = process.env.LONG ? 200 : 60;
const KEYS = 3000;
/** What a gateway receives once it is admitted. */
const ADMITTED: ReadonlySet<string> = new Set(['snapshot', 'changes']);

let world: FleetWorld;
let place: { organizationId: string; workspaceId: string };
let key: TestKey;

beforeAll(async () => {
  world = await startFleetWorld();
  key = await makeKey(world.app, world.owner);
  const { organizationId, workspaceId } = await world.join();
  place = { organizationId, workspaceId };
  await addManyKeys(world.query, workspaceId, KEYS);
});

/** All at once, as after a pause of the network. */
async function connectAll(fleet: readonly Joined[], has?: Has) {
  return Promise.all(fleet.map((joined) => connectUntilAdmitted(joined, has)));
}

/** On a busy machine connections whose hello comes late are closed; gateways then try again. */
async function connectUntilAdmitted(joined: Joined, has?: Has): Promise<GatewayClient> {
  for (;;) {
    const gateway = openGateway(world.app, joined, { light: true, has });
    onTestFinished(() => gateway.close());
    await Promise.race([gateway.hello(), gateway.closed]);
    const isAdmitted = () => gateway.headers.some(({ type }) => ADMITTED.has(type));
    const isClosed = () => gateway.socket.readyState === WebSocket.CLOSED;
    await vi.waitUntil(() => isAdmitted() || isClosed(), WAIT);
    if (isAdmitted()) return gateway;
  }
}

describe(`${GATEWAYS} gateways that return at once`, () => {
  it('get one snapshot, built once, and hear of what changes meanwhile', async () => {
    const fleet = await addGateways(world.app, place, GATEWAYS);
    const before = world.app.hub.snapshotsBuilt();
    const connecting = connectAll(fleet);
    await world.owner.post(`/v1/api-keys/${key.id}/disable`);
    const gateways = await connecting;
    for (const gateway of gateways) await world.upToDate(gateway);
    expect(world.app.hub.snapshotsBuilt() - before).toBe(1);
    for (const gateway of gateways) expect(gateway.faults).toEqual([]);
    await vi.waitUntil(async () => {
      const [row] = await world.query<{ count: number }>(
        `select count(*)::int as count from gateway g join workspace w on w.id = g.workspace_id
         where g.applied_version = w.version`,
      );
      return row?.count === GATEWAYS;
    }, WAIT);
  });

  it('get what they missed in the same messages', async () => {
    const fleet = await addGateways(world.app, place, GATEWAYS);
    const [first] = await connectAll(fleet.slice(0, 1));
    if (!first) throw new Error('No gateway');
    await world.upToDate(first);
    const has = first.has();
    await world.owner.post(`/v1/api-keys/${key.id}/enable`);
    const before = world.app.hub.snapshotsBuilt();
    const gateways = await connectAll(fleet, has);
    for (const gateway of gateways) await world.upToDate(gateway);
    expect(world.app.hub.snapshotsBuilt()).toBe(before);
    for (const gateway of gateways) expect(gateway.faults).toEqual([]);
  });
});

describe('a snapshot', () => {
  it(`comes in parts and holds all ${KEYS} keys`, async () => {
    const gateway = await world.connect(await world.join());
    await world.upToDate(gateway);
    const parts = gateway.headers.filter((each) => each.type === 'snapshot');
    expect(parts.length).toBeGreaterThan(1);
    const isLast = parts.map(({ latest }) => latest !== null);
    expect(isLast).toEqual([...parts.slice(1).map(() => false), true]);
    const keys = gateway.entries.filter((each) => each.type === 'key');
    expect(new Set(keys.map(({ keyId }) => keyId)).size).toBe(KEYS + 1);
    expect(factsOf(gateway, key.secret)).toMatchObject({ keyId: key.id });
  });

  it('says of each key what a change would say, of both its secrets while it is rotated', async () => {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const fields = { profile: 'read-only', expiresAt, allowedIps: ['10.0.0.0/8', '::1'] };
    const made = await makeKey(world.app, world.owner, fields);
    const changeFeed = await world.connect(await world.join());
    await world.upToDate(changeFeed);
    const has = changeFeed.has();
    const path = `/v1/api-keys/${made.id}/rotate`;
    const { body } = await world.owner.post<{ secret: string }>(path, { graceSeconds: 600 });
    await world.upToDate(changeFeed);
    await world.query('delete from change where organization_id = $1', [place.organizationId]);
    const gateway = await world.connect(await world.join(), { has });
    await world.upToDate(gateway);
    expect(gateway.headers.map(({ type }) => type)).toContain('snapshot');
    for (const secret of [made.secret, body.secret]) {
      const facts = factsOf(gateway, secret);
      expect(facts).toMatchObject({
        keyId: made.id,
        expiresAtMs: Date.parse(expiresAt),
        allowedIps: fields.allowedIps,
      });
      expect(facts).toEqual(factsOf(changeFeed, secret));
    }
    expect(factsOf(gateway, made.secret)?.retiresAtMs).toBeGreaterThan(Date.now());
    expect(factsOf(gateway, body.secret)?.retiresAtMs).toBe(null);
  });

  it('is built anew when the changes since the last one are gone', async () => {
    const { status, body: other } = await world.owner.post<{ id: string }>('/v1/workspaces', {
      name: 'Purged',
      environment: 'live',
    });
    expect(status, JSON.stringify(other)).toBe(201);
    const made = await makeKey(world.app, world.owner, {
      profile: 'workspace',
      workspaceId: other.id,
    });
    const first = await world.connect(await world.join(other.id));
    await world.upToDate(first);
    await world.owner.post(`/v1/api-keys/${made.id}/disable`);
    await world.upToDate(first);
    await world.query('delete from change where organization_id = $1', [place.organizationId]);
    const gateway = await world.connect(await world.join(other.id));
    await world.upToDate(gateway);
    expect(factsOf(gateway, made.secret)).toMatchObject({ status: 'disabled' });
  });
});
