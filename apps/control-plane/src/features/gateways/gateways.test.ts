import type { Gateway } from '@tollkeeper/contract';
import { SILENCE_MS } from '@tollkeeper/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { applyVersion, connectGateway, joinFleet, versionOf } from '../../testing/fleet.ts';
import { type Joined, join } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { addWorkspace, claimedOrganization } from '../../testing/people.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { makeKey, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

type List = { data: Gateway[]; nextCursor: string | null };

let app: TestApp;
let owner: Client;
let query: Query;
let viewer: Joined;
let stranger: Client;
let production: string;
let staging: string;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  viewer = await join(app, owner, 'Vera', 'role_viewer');
  stranger = await startOtherOrganization(app, owner, query);
  const { organizationId, workspaceId } = await claimedOrganization(app);
  production = workspaceId;
  staging = await addWorkspace(app, organizationId, 'staging', 'test');
});

const newGateway = async (workspaceId = production) =>
  (await joinFleet(app, owner, workspaceId)).gateway.gatewayId;
const read = async (id: string) => (await owner.get<Gateway>(`/v1/gateways/${id}`)).body;
const list = async (client: Client, search = '') =>
  (await client.get<List>(`/v1/gateways${search}`)).body;
const changesOf = (id: string) =>
  query(`select 1 from change where kind = 'gateway' and subject_id = $1`, [id]);

describe('a gateway', () => {
  it('has a state by its connection, its version and the silence of either', async () => {
    const id = await newGateway();
    expect((await read(id)).state).toBe('never_seen');
    await connectGateway(query, id, { silentMs: SILENCE_MS + 1 });
    expect((await read(id)).state).toBe('unreachable');
    await query('delete from gateway_connection where gateway_id = $1', [id]);
    await connectGateway(query, id, { silentMs: SILENCE_MS - 5000 });
    expect((await read(id)).state).toBe('behind');
    await makeKey(app, owner, { profile: 'read-only' });
    const version = await versionOf(query, production);
    await applyVersion(query, id, version, new Date());
    expect(await read(id)).toMatchObject({
      state: 'connected',
      appliedVersion: version,
      currentVersion: version,
    });
    await makeKey(app, owner, { profile: 'read-only' });
    expect(await read(id)).toMatchObject({ state: 'behind', currentVersion: version + 1 });
    await query('delete from gateway_connection where gateway_id = $1', [id]);
    expect((await read(id)).state).toBe('unreachable');
  });

  it('shows what its newest connection reports, and where it is connected from', async () => {
    const id = await newGateway();
    const health = {
      callsPerMinute: 12,
      cpuPercent: 3.5,
      memoryBytes: 90_000_000,
      spooledCalls: 2,
      fault: 'The spool’s disk is full',
      upstreams: [
        { url: 'http://10.0.0.1:3000', state: 'ejected' },
        { url: 'http://10.0.0.2:3000', state: 'up' },
      ],
    };
    await connectGateway(query, id, {
      instanceId: '1'.repeat(32),
      hostname: 'old',
      connectedMs: 9000,
    });
    expect(await read(id)).toMatchObject({
      identityConflict: false,
      witness: { key: null, size: null, cosignedAt: null, alarm: null },
      callsPerMinute: null,
      upstreams: [],
    });
    await connectGateway(query, id, {
      instanceId: '2'.repeat(32),
      hostname: 'new',
      connectedMs: 5000,
      health,
    });
    const both = await read(id);
    expect(both).toMatchObject({ ...health, identityConflict: true });
    expect(both.instances).toMatchObject([
      { address: '192.0.2.1', hostname: 'old' },
      { address: '192.0.2.1', hostname: 'new' },
    ]);
    await query(
      `update gateway_connection set seen_at = now() - interval '1 minute' where instance_id = $1`,
      ['2'.repeat(32)],
    );
    expect(await read(id)).toMatchObject({
      identityConflict: false,
      witness: { key: null, size: null, cosignedAt: null, alarm: null },
      fault: null,
      instances: [{ hostname: 'old' }],
    });
  });
});

describe('the list of gateways', () => {
  it('goes on where a page ended, and is narrowed by workspace', async () => {
    const ids = [await newGateway(staging), await newGateway(staging), await newGateway(staging)];
    const first = await list(owner, `?workspaceId=${staging}&limit=2`);
    const rest = await list(owner, `?workspaceId=${staging}&limit=2&cursor=${first.nextCursor}`);
    expect([...first.data, ...rest.data].map(({ id }) => id)).toEqual(ids);
    expect(rest.nextCursor).toBeNull();
    expect((await list(viewer.client)).data.length).toBeGreaterThan(3);
    expect((await list(stranger)).data).toEqual([]);
  });
});

describe('changing a gateway', () => {
  it('renames, relabels or drains it, with an audit event, and wakes the change feeds', async () => {
    const id = await newGateway();
    const before = (await changesOf(id)).length;
    const version = await versionOf(query, production);
    const labels = { region: 'eu-1' };
    const answer = await owner.patch<Gateway>(`/v1/gateways/${id}`, { name: 'eu', labels });
    expect([answer.status, answer.body]).toEqual([200, await read(id)]);
    expect(answer.body).toMatchObject({ name: 'eu', labels, draining: false });
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'gateway.update',
      target: { type: 'gateway', id, name: 'eu' },
      before: { name: 'edge', labels: {}, draining: false },
      after: { name: 'eu', labels, draining: false },
    });
    const drained = await owner.patch<Gateway>(`/v1/gateways/${id}`, { draining: true });
    expect(drained.body).toMatchObject({ name: 'eu', labels, draining: true });
    expect(await changesOf(id)).toHaveLength(before + 2);
    expect(await versionOf(query, production)).toBe(version);
  });

  it('is refused without fleet.manage, and to a stranger', async () => {
    const id = await newGateway();
    const refused = await viewer.client.patch(`/v1/gateways/${id}`, { draining: true });
    expect(refused.problem.code).toBe('insufficient_scope');
    expect((await stranger.patch(`/v1/gateways/${id}`, { draining: true })).status).toBe(404);
    expect(await read(id)).toMatchObject({ draining: false });
  });

  it.each([
    {},
    { name: '' },
    { name: 'a\u2066b' },
    { name: null },
    { labels: { 'a b': 'c' } },
    { labels: { a: 'b c' } },
    { draining: 'yes' },
    { draining: null },
    { workspaceId: 'ws_7dQx0mJ2vK4tR9sZ1aBc' },
    { publicKey: 'A'.repeat(43) },
  ])('refuses bad input: %j', async (body) => {
    const id = await newGateway();
    expect((await owner.patch(`/v1/gateways/${id}`, body)).problem).toMatchObject({
      status: 422,
      code: 'validation_failed',
    });
  });
});

describe('removing a gateway', () => {
  it('deletes its credential, with an audit event, and wakes the change feeds', async () => {
    const id = await newGateway();
    await connectGateway(query, id);
    const before = (await changesOf(id)).length;
    expect((await owner.delete(`/v1/gateways/${id}`)).status).toBe(204);
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'gateway.delete',
      target: { type: 'gateway', id, name: 'edge' },
      before: { name: 'edge', workspaceId: production },
      after: null,
    });
    expect(await changesOf(id)).toHaveLength(before + 1);
    expect(await query('select 1 from gateway_connection where gateway_id = $1', [id])).toEqual([]);
    expect((await owner.get(`/v1/gateways/${id}`)).status).toBe(404);
    expect((await owner.delete(`/v1/gateways/${id}`)).status).toBe(404);
  });

  it('is refused without fleet.manage, to a stranger, and for what is no id', async () => {
    const id = await newGateway();
    const refused = await viewer.client.delete(`/v1/gateways/${id}`);
    expect(refused.problem.code).toBe('insufficient_scope');
    expect((await stranger.delete(`/v1/gateways/${id}`)).status).toBe(404);
    expect((await owner.delete('/v1/gateways/gw_none')).status).toBe(404);
    expect((await read(id)).id).toBe(id);
  });
});

describe('a key confined to a workspace', () => {
  it('sees and manages the gateways of its own, and finds no other', async () => {
    const { client } = await makeKey(app, owner, { profile: 'workspace', workspaceId: staging });
    const [own, other] = [await newGateway(staging), await newGateway(production)];
    const seen = (await list(client)).data;
    expect(new Set(seen.map(({ workspaceId }) => workspaceId))).toEqual(new Set([staging]));
    expect((await list(client, `?workspaceId=${production}`)).data).toEqual([]);
    for (const answer of [
      await client.get(`/v1/gateways/${other}`),
      await client.patch(`/v1/gateways/${other}`, { draining: true }),
      await client.delete(`/v1/gateways/${other}`),
    ]) {
      expect(answer.status).toBe(404);
    }
    expect((await client.patch(`/v1/gateways/${own}`, { draining: true })).status).toBe(200);
    expect((await client.delete(`/v1/gateways/${own}`)).status).toBe(204);
  });
});
