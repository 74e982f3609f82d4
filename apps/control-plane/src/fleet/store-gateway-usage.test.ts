import { randomBytes } from 'node:crypto';
import type { PolicyUsage } from '@tollkeeper/contract';
import type { CallKind, FleetUsageRow, ShadowDenials } from '@tollkeeper/protocol';
import { beforeAll, expect, it, vi } from 'vitest';
import type { Client } from '../testing/client.ts';
import { type FleetWorld, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import type { GatewayClient, Joined } from '../testing/gateway-client.ts';
import { addOrganization, addWorkspace, choosePlan } from '../testing/people.ts';
import { makeKey, type TestKey } from '../testing/start-organization.ts';
import { withKey } from '../testing/test-app.ts';
import { KINDS_PER_HOUR_MAX } from '../usage/call-counts.ts';

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
  more: { shadow?: ShadowDenials[]; scopeNeeds?: string[] } = {},
): Promise<void> {
  const before = gateway.headers.length;
  gateway.send({ type: 'usage', spoolId, sequence, rows, ...more });
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

it('stores what accepted calls needed of the scopes, and knows nothing of others', async () => {
  const { id: keyId } = await makeKey(world.app, world.owner);
  const rows = [0, 1, 2].map((needs) => row({ keyId, needs }));
  const scopeNeeds = ['usage.read', 'fleet.write'];
  await hand(await world.connect(joined), newSpool(), 1, [...rows, row({ keyId })], { scopeNeeds });
  const stored = 'select needs, calls::int from scope_use where key_id = $1 order by needs';
  expect(await world.query(stored, [keyId])).toEqual([
    { needs: '*', calls: 9 },
    { needs: 'usage.read', calls: 3 },
  ]);
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

function kind(fields: Partial<CallKind> = {}): CallKind {
  return { code: 'valid', method: 'GET', route: '/v1', ...fields };
}

async function kindsOf(keyId: string) {
  const rows = await world.query<Record<string, string | number>>(
    `select gateway_id, route, method, code, calls::int from call_count
     where key_id = $1 and workspace_id = $2 order by route, method, code`,
    [keyId, joined.workspaceId],
  );
  return rows.map((each) => [each.gateway_id, each.route, each.method, each.code, each.calls]);
}

it('stores the kinds of calls by the hour, once for each batch, and not after a day', async () => {
  const own = await makeKey(world.app, world.owner);
  const spoolId = newSpool();
  const gateway = await world.connect(joined);
  const of = (fields: Partial<FleetUsageRow>) => row({ keyId: own.id, denied: 0, ...fields });
  const rows = [
    of({ kind: kind(), accepted: 3 }),
    of({ kind: kind(), accepted: 2, minuteMs: Date.now() - (Date.now() % 3_600_000) }),
    of({ kind: kind({ code: 'policy_denied', method: 'POST' }), accepted: 0, denied: 4 }),
    of({ accepted: 5, denied: 6 }),
    of({ kind: kind({ route: '/old' }), minuteMs: Date.now() - 25 * 3_600_000 }),
  ];
  await hand(gateway, spoolId, 1, rows);
  await hand(gateway, spoolId, 1, rows);
  expect(await kindsOf(own.id)).toEqual([
    ['', '', '', '', 6],
    ['', '', '', 'valid', 5],
    [joined.gatewayId, '/v1', 'GET', 'valid', 5],
    [joined.gatewayId, '/v1', 'POST', 'policy_denied', 4],
  ]);
});

it('stores so many kinds of a key in an hour, and sums up the rest', async () => {
  const own = await makeKey(world.app, world.owner);
  const spoolId = newSpool();
  const gateway = await world.connect(joined);
  const routes = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) =>
      row({ keyId: own.id, accepted: 1, denied: 0, kind: kind({ route: `/${from + at}` }) }),
    );
  await hand(gateway, spoolId, 1, routes(0, KINDS_PER_HOUR_MAX - 1));
  await hand(gateway, spoolId, 2, routes(10, KINDS_PER_HOUR_MAX));
  await hand(gateway, spoolId, 3, routes(0, 1));
  const kinds = await kindsOf(own.id);
  expect(kinds).toHaveLength(KINDS_PER_HOUR_MAX + 1);
  expect(kinds[0]).toEqual(['', '', '', 'valid', 10]);
  expect(kinds.find(([, route]) => route === '/0')?.[4]).toBe(2);
});

it('counts what shadow policies of the workspace would have refused, and of no other', async () => {
  const other = await addOrganization(world.app, 'Shadow');
  const elsewhere = await addWorkspace(world.app, joined.organizationId, 'shadow-elsewhere');
  const text = 'forbid (principal, action, resource);';
  const create = async (client: Client, workspaceId: string | null) => {
    const body = { name: 'shadow', workspaceId, text, mode: 'shadow' };
    return (await client.post<{ id: string }>('/v1/policies', body)).body.id;
  };
  const [own, everywhere, there, foreign] = [
    await create(world.owner, joined.workspaceId),
    await create(world.owner, null),
    await create(world.owner, elsewhere),
    await create(other.owner.client, null),
  ];
  const gateway = await world.connect(joined);
  const minuteMs = Date.now() - (Date.now() % MINUTE_MS);
  const spoolId = newSpool();
  const shadow = [own, everywhere, there, foreign].map((policyId) => ({
    ...{ policyId, minuteMs, denied: 7 },
  }));
  const yesterday = { policyId: own, minuteMs: minuteMs - 25 * 3_600_000, denied: 100 };
  await hand(gateway, spoolId, 1, [], { shadow: [...shadow, yesterday] });
  await hand(gateway, spoolId, 1, [], { shadow });
  const usageOf = async (id: string, client = world.owner) =>
    (await client.get<PolicyUsage>(`/v1/policies/${id}/usage`)).body.shadowDenials24h;
  expect(await Promise.all([own, everywhere, there].map((id) => usageOf(id)))).toEqual([7, 7, 0]);
  expect(await usageOf(foreign, other.owner.client)).toBe(0);
  const confined = await makeKey(world.app, world.owner, {
    ...{ profile: 'read-only', workspaceId: elsewhere },
  });
  const caller = withKey(world.app, confined.secret);
  expect(await usageOf(everywhere, caller)).toBe(0);
  expect((await caller.get(`/v1/policies/${own}/usage`)).status).toBe(404);
});
