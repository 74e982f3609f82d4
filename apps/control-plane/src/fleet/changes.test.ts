import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FleetWorld, factsOf, startFleetWorld, WAIT } from '../testing/fleet-world.ts';
import type { Joined } from '../testing/gateway-client.ts';
import { join } from '../testing/join.ts';
import { addWorkspace } from '../testing/people.ts';
import { makeKey, type TestKey } from '../testing/start-organization.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

/** Of 20 keys. */
const CHANGES_PER_KEY = process.env.LONG ? 10 : 3;

let world: FleetWorld;
let joined: Joined;
let key: TestKey;

beforeAll(async () => {
  world = await startFleetWorld();
  key = await makeKey(world.app, world.owner);
});

beforeEach(async () => {
  joined = await world.join();
});

function setStatus(verb: 'disable' | 'enable', { id }: TestKey, by = world.owner) {
  return by.post(`/v1/api-keys/${id}/${verb}`);
}

/** A change of a key in the workspace, as the kernel appends it, but for the notification. */
async function appendSilently(keyId: string): Promise<void> {
  await world.query(
    `with changed as (
       insert into change (organization_id, kind, subject_id) values ($1, 'key', $2) returning id
     ), before as (
       select id, version, revision from workspace where id = $3
     ), moved as (
       update workspace set version = before.version + 1, revision = gen_random_uuid()
       from before where workspace.id = before.id
     )
     insert into workspace_change
       (workspace_id, version, first_change_id, change_id, previous_revision, at)
     select before.id, before.version + 1, changed.id, changed.id, before.revision, now()
     from before, changed`,
    [joined.organizationId, keyId, world.workspaceId],
  );
}

describe('a gateway that connects', () => {
  it('receives its own facts, and all that it decides with', async () => {
    const gateway = await world.connect(joined);
    expect(await gateway.wait('gateway')).toMatchObject({
      gatewayId: joined.gatewayId,
      workspaceId: world.workspaceId,
      name: 'edge',
      draining: false,
    });
    await world.upToDate(gateway);
    expect(factsOf(gateway, key.secret)).toMatchObject({ keyId: key.id, status: 'active' });
    expect(gateway.entries).toContainEqual(expect.objectContaining({ type: 'organization' }));
    expect(gateway.entries).toContainEqual(
      expect.objectContaining({ type: 'owner', memberId: factsOf(gateway, key.secret)?.ownerId }),
    );
    expect(gateway.faults).toEqual([]);
  });

  it('learns at once that what it has is current', async () => {
    const first = await world.connect(joined);
    await world.upToDate(first);
    const again = await world.connect(joined, { has: first.has() });
    expect(await again.wait('lineage')).toMatchObject({ continues: true });
    expect(await again.wait('confirmed')).toMatchObject({ version: first.version() });
    expect(again.headers.map(({ type }) => type)).not.toContain('snapshot');
  });

  it('gets what it missed, version by version, and no snapshot', async () => {
    const before = await world.connect(joined);
    await world.upToDate(before);
    const version = before.version() ?? 0;
    await before.close();
    await setStatus('disable', key);
    await setStatus('enable', key);
    const gateway = await world.connect(joined, { has: before.has() });
    await world.upToDate(gateway);
    expect(gateway.version()).toBe(version + 2);
    expect(factsOf(gateway, key.secret)?.status).toBe('active');
    expect(gateway.headers.map(({ type }) => type)).not.toContain('snapshot');
    expect(gateway.faults).toEqual([]);
  });

  it('gets a snapshot when what it missed was purged', async () => {
    const before = await world.connect(joined);
    await world.upToDate(before);
    const version = before.version() ?? 0;
    await before.close();
    await setStatus('disable', key);
    await setStatus('enable', key);
    await world.query(
      'delete from change where id in (select change_id from workspace_change where version = $1)',
      [version + 1],
    );
    const gateway = await world.connect(joined, { has: before.has() });
    await world.upToDate(gateway);
    expect(await gateway.wait('lineage')).toMatchObject({ continues: false });
    expect(gateway.headers.map(({ type }) => type)).toContain('snapshot');
    expect(factsOf(gateway, key.secret)?.status).toBe('active');
  });

  it('gets a snapshot when it asks for one, not older than what it has', async () => {
    const gateway = await world.connect(joined);
    await world.upToDate(gateway);
    await setStatus('disable', key);
    await world.upToDate(gateway);
    const before = gateway.headers.length;
    gateway.send({ type: 'resync' });
    const snapshot = await vi.waitUntil(
      () => gateway.headers.slice(before).find((each) => each.type === 'snapshot'),
      WAIT,
    );
    await setStatus('enable', key);
    await world.upToDate(gateway);
    expect(snapshot).toMatchObject({ part: 0 });
    expect(gateway.faults).toEqual([]);
    expect(factsOf(gateway, key.secret)?.status).toBe('active');
  });
});

describe('a change', () => {
  it('of a key arrives as the next version', async () => {
    const gateway = await world.connect(joined);
    await world.upToDate(gateway);
    const before = gateway.version() ?? Number.NaN;
    await setStatus('disable', key);
    await vi.waitUntil(() => factsOf(gateway, key.secret)?.status === 'disabled', WAIT);
    expect(gateway.version()).toBe(before + 1);
    await setStatus('enable', key);
    await world.upToDate(gateway);
    expect(gateway.faults).toEqual([]);
  });

  it('of a member, of a role and of the organization arrives', async () => {
    const role = { name: 'Own', description: '', scopes: ['members.read', 'usage.read'] };
    const made = await world.owner.post<{ id: string }>('/v1/roles', role);
    const { memberId } = await join(world.app, world.owner, 'Rita', made.body.id);
    const gateway = await world.connect(joined);
    await world.upToDate(gateway);
    const ofMember = () =>
      gateway.entries.filter((each) => 'memberId' in each && each.memberId === memberId);
    expect(ofMember().at(-1)).toMatchObject({
      active: true,
      scopes: ['members.read', 'usage.read'],
    });

    await world.owner.patch(`/v1/roles/${made.body.id}`, { scopes: ['members.read'] });
    await world.upToDate(gateway);
    expect(ofMember().at(-1)).toMatchObject({ active: true, scopes: ['members.read'] });
    await world.owner.post(`/v1/members/${memberId}/suspend`);
    await world.upToDate(gateway);
    expect(ofMember().at(-1)).toMatchObject({ type: 'owner', active: false });
    await world.owner.delete(`/v1/members/${memberId}`);
    await world.upToDate(gateway);
    expect(ofMember().at(-1)).toEqual({ type: 'owner-removed', memberId });
    await world.owner.patch('/v1/security', { allowedIps: ['127.0.0.0/8', '10.0.0.0/8'] });
    await world.upToDate(gateway);
    expect(gateway.entries.findLast((each) => each.type === 'organization')).toMatchObject({
      allowedIps: ['127.0.0.0/8', '10.0.0.0/8'],
    });
    expect(gateway.faults).toEqual([]);
  });

  it('arrives also when nobody is notified of it', async () => {
    const gateway = await world.connect(joined);
    await world.upToDate(gateway);
    await world.query(`update api_key set status = 'disabled' where id = $1`, [key.id]);
    await appendSilently(key.id);
    await vi.waitUntil(() => factsOf(gateway, key.secret)?.status === 'disabled', WAIT);
    await setStatus('enable', key);
  });

  it(`leaves no gap among ${20 * CHANGES_PER_KEY} at once`, async () => {
    const keys = await Promise.all(
      Array.from({ length: 20 }, () => makeKey(world.app, world.owner)),
    );
    const gateways = await Promise.all([world.connect(joined), world.connect(joined)]);
    await Promise.all(
      keys.flatMap(({ id }) =>
        Array.from({ length: CHANGES_PER_KEY }, (_, n) =>
          world.owner.patch(`/v1/api-keys/${id}`, { name: `name ${n}` }),
        ),
      ),
    );
    const names = await world.query<{ id: string; name: string }>('select id, name from api_key');
    for (const gateway of gateways) {
      await world.upToDate(gateway);
      expect(gateway.faults).toEqual([]);
      for (const { id, secret } of keys) {
        const { name } = names.find((row) => row.id === id) ?? {};
        expect(factsOf(gateway, secret)?.name).toBe(name);
      }
    }
  });
});

describe('two processes on one database', () => {
  let second: TestApp;
  beforeAll(async () => {
    second = await startTestApp({ database: world.app.database });
  });

  it('both tell their gateways of changes made in either', async () => {
    const here = await world.connect(joined);
    const there = await world.connect(joined, { app: second });
    await Promise.all([world.upToDate(here), world.upToDate(there)]);
    await setStatus('disable', key);
    for (const gateway of [here, there]) {
      await vi.waitUntil(() => factsOf(gateway, key.secret)?.status === 'disabled', WAIT);
    }
    await setStatus('enable', key);
    await Promise.all([world.upToDate(here), world.upToDate(there)]);
    expect([...here.faults, ...there.faults]).toEqual([]);
    expect(here.version()).toBe(there.version());
  });

  it('send their gateways to each other when one of them ends', async () => {
    const third = await startTestApp({ database: world.app.database });
    const gateway = await world.connect(joined, { app: third });
    await world.upToDate(gateway);
    await third.close();
    expect(await gateway.closed).toBe(1001);
    const again = await world.connect(joined, { has: gateway.has() });
    await world.upToDate(again);
    expect(
      await world.query('select 1 from gateway_connection where instance_id = $1', [
        gateway.instanceId,
      ]),
    ).toEqual([]);
  });
});

it('never tells a gateway of a key that is confined to another workspace', async () => {
  const elsewhere = await addWorkspace(world.app, joined.organizationId, 'elsewhere');
  const confined = { profile: 'read-only', workspaceId: elsewhere };
  const before = await makeKey(world.app, world.owner, confined);
  const gateway = await world.connect(joined);
  const other = await world.connect(await world.join(elsewhere));
  await world.upToDate(gateway);
  const after = await makeKey(world.app, world.owner, confined);
  await setStatus('disable', before);
  await setStatus('disable', key);
  await setStatus('enable', key);
  await Promise.all([world.upToDate(gateway), world.upToDate(other)]);

  // Not even by a change that was counted for the wrong workspace.
  await appendSilently(after.id);
  await world.upToDate(gateway);
  expect(gateway.entries.filter((each) => 'keyId' in each && each.keyId === after.id)).toEqual([
    { type: 'key-removed', keyId: after.id },
  ]);
  expect(JSON.stringify(gateway.entries)).not.toContain(before.id);
  expect(factsOf(other, before.secret)).toMatchObject({ status: 'disabled' });
  expect(factsOf(other, after.secret)).toMatchObject({ status: 'active' });
  expect(factsOf(other, key.secret)).toMatchObject({ status: 'active' });
});
