import { randomBytes } from 'node:crypto';
import type { FleetUsageRow } from '@tollkeeper/protocol';
import { beforeAll, expect, it, vi } from 'vitest';
import { type FleetWorld, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import type { GatewayClient, Joined } from '../testing/gateway-client.ts';
import { addOrganization, addWorkspace, choosePlan } from '../testing/people.ts';
import { makeKey, type TestKey } from '../testing/start-organization.ts';

const MINUTE_MS = 60_000;

let world: FleetWorld;
let joined: Joined;
let key: TestKey;
let ownerId: string;

beforeAll(async () => {
  world = await startFleetWorld();
  joined = await world.join();
  key = await makeKey(world.app, world.owner);
  const [row] = await world.query<{ id: string }>('select id from member');
  ownerId = row?.id ?? '';
});

function row(fields: Partial<FleetUsageRow> = {}): FleetUsageRow {
  return {
    keyId: key.id,
    ownerId,
    workspaceId: null,
    minuteMs: Date.now() - (Date.now() % MINUTE_MS),
    accepted: 3,
    denied: 1,
    lastAcceptedMs: Date.now(),
    ...fields,
  };
}

const newSpool = () => randomBytes(16).toString('hex');

/** Sends the batch, and waits until it is taken. */
async function hand(
  gateway: GatewayClient,
  spoolId: string,
  sequence: number,
  rows: FleetUsageRow[],
): Promise<void> {
  const before = gateway.headers.length;
  gateway.send({ type: 'usage', spoolId, sequence, rows });
  const taken = await vi.waitUntil(
    () => gateway.headers.slice(before).find((each) => each.type === 'usage-stored'),
    WAIT,
  );
  expect(taken).toEqual({ type: 'usage-stored', spoolId, sequence });
}

async function counted(keyId: string): Promise<{ accepted: number; denied: number }> {
  const [sums] = await world.query<{ accepted: number; denied: number }>(
    `select coalesce(sum(accepted), 0)::int as accepted, coalesce(sum(denied), 0)::int as denied
     from key_usage where key_id = $1`,
    [keyId],
  );
  return sums ?? { accepted: 0, denied: 0 };
}

it('counts a batch once, however often and wherever it is sent', async () => {
  const spoolId = newSpool();
  const first = await world.connect(joined);
  await first.wait('gateway');
  await hand(first, spoolId, 1, [row()]);
  await hand(first, spoolId, 1, [row()]);
  await first.close();
  const second = await world.connect(joined);
  await hand(second, spoolId, 1, [row()]);
  await hand(second, spoolId, 2, [row({ accepted: 1, denied: 0 })]);
  expect(await counted(key.id)).toEqual({ accepted: 4, denied: 1 });
  const [used] = await world.query<{ at: Date }>(
    'select last_used_at as at from api_key where id = $1',
    [key.id],
  );
  expect(used?.at).not.toBe(null);
});

it('counts for the organization of the gateway, of a deleted key as well', async () => {
  const gone = 'key_00000000000000000000';
  const gateway = await world.connect(joined);
  await hand(gateway, newSpool(), 1, [row({ keyId: gone }), row({ keyId: gone })]);
  expect(await counted(gone)).toEqual({ accepted: 6, denied: 2 });
  expect(
    await world.query('select distinct organization_id as id from key_usage where key_id = $1', [
      gone,
    ]),
  ).toEqual([{ id: joined.organizationId }]);
});

it('moves no call into the future', async () => {
  const own = await makeKey(world.app, world.owner);
  const gateway = await world.connect(joined);
  const later = Date.now() + 3_600_000;
  await hand(gateway, newSpool(), 1, [
    row({ keyId: own.id, minuteMs: later, lastAcceptedMs: later }),
    row({ keyId: own.id, minuteMs: later + MINUTE_MS, lastAcceptedMs: later }),
  ]);
  expect(await counted(own.id)).toEqual({ accepted: 6, denied: 2 });
  expect(
    await world.query(
      `select 1 from key_usage u join api_key k on k.id = u.key_id
       where k.id = $1 and (u.minute > now() or k.last_used_at > now())`,
      [own.id],
    ),
  ).toEqual([]);
});

it('drops and logs what is of others: keys, members, workspaces, and impossible counts', async () => {
  const other = await addOrganization(world.app, 'Other');
  await choosePlan(world.app, 'enterprise', other.organizationId);
  const foreign = await makeKey(world.app, other.owner.client);
  const elsewhere = await addWorkspace(world.app, joined.organizationId, 'elsewhere');
  const confined = await makeKey(world.app, world.owner, {
    profile: 'read-only',
    workspaceId: elsewhere,
  });
  const own = await makeKey(world.app, world.owner);
  const unknown = 'key_00000000000000000009';
  const gateway = await world.connect(joined);
  await hand(gateway, newSpool(), 1, [
    row({ keyId: foreign.id }),
    row({ keyId: foreign.id, ownerId: other.owner.memberId }),
    row({ keyId: confined.id }),
    row({ keyId: unknown, workspaceId: elsewhere }),
    row({ keyId: own.id, ownerId: other.owner.memberId }),
    row({ keyId: own.id, accepted: Number.MAX_SAFE_INTEGER }),
    row({ keyId: own.id, accepted: 5, denied: 0 }),
  ]);
  for (const id of [foreign.id, confined.id, unknown]) {
    expect(await counted(id)).toEqual({ accepted: 0, denied: 0 });
  }
  expect(await counted(own.id)).toEqual({ accepted: 5, denied: 0 });
  expect(
    await world.query('select 1 from organization_usage where organization_id = $1', [
      other.organizationId,
    ]),
  ).toEqual([]);
  const logged = world.app.logged.find((line) => line.includes('calls of another workspace'));
  expect(JSON.parse(logged ?? '{}')).toMatchObject({ gatewayId: joined.gatewayId, dropped: 6 });
});

it('says where a key is confined by the key, not by the gateway', async () => {
  const confined = await makeKey(world.app, world.owner, {
    profile: 'read-only',
    workspaceId: world.workspaceId,
  });
  const gateway = await world.connect(joined);
  await hand(gateway, newSpool(), 1, [row({ keyId: confined.id, accepted: 77, denied: 0 })]);
  expect(
    await world.query('select workspace_id as id from organization_usage where accepted = 77'),
  ).toEqual([{ id: world.workspaceId }]);
});

it('goes on with a gateway that is ahead of a database restored from a backup', async () => {
  const own = await makeKey(world.app, world.owner);
  const spoolId = newSpool();
  const gateway = await world.connect(joined);
  const one = row({ keyId: own.id, accepted: 1, denied: 0 });
  for (const sequence of [1, 5, 6, 2, 5]) await hand(gateway, spoolId, sequence, [one]);
  expect(await counted(own.id)).toEqual({ accepted: 3, denied: 0 });
});

it('bears with a gateway that repeats a batch while the database lets it wait', async () => {
  const own = await makeKey(world.app, world.owner);
  const spoolId = newSpool();
  const gateway = await world.connect(joined);
  const one = row({ keyId: own.id, accepted: 1, denied: 0 });
  for (let again = 0; again < 20; again += 1) {
    gateway.send({ type: 'usage', spoolId, sequence: 1, rows: [one] });
  }
  await vi.waitUntil(() => gateway.headers.some((each) => each.type === 'usage-stored'), WAIT);
  await hand(gateway, spoolId, 2, [one]);
  expect(await counted(own.id)).toEqual({ accepted: 2, denied: 0 });
});

it('counts nothing of a gateway that is no longer of the fleet', async () => {
  const own = await makeKey(world.app, world.owner);
  const leaving = await world.join();
  const gateway = await world.connect(leaving);
  await hand(gateway, newSpool(), 1, [row({ keyId: own.id, accepted: 1, denied: 0 })]);
  await world.owner.delete(`/v1/gateways/${leaving.gatewayId}`);
  await gateway.wait('removed');
  gateway.send({
    type: 'usage',
    spoolId: newSpool(),
    sequence: 1,
    rows: [row({ keyId: own.id, accepted: 1, denied: 0 })],
  });
  await gateway.closed;
  expect(await counted(own.id)).toEqual({ accepted: 1, denied: 0 });
});
