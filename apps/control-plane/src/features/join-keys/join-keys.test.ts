import type { JoinKey } from '@tollkeeper/contract';
import { hashSecret, isWellFormed } from '@tollkeeper/verify';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { joinWith, makeJoinKey } from '../../testing/fleet.ts';
import { type Joined, join } from '../../testing/join.ts';
import { startOtherOrganization } from '../../testing/other-organization.ts';
import { addWorkspace, claimedOrganization } from '../../testing/people.ts';
import { auditEvents, type Query } from '../../testing/query-database.ts';
import { makeKey, startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';

type List = { data: JoinKey[]; nextCursor: string | null };

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
  production = (await claimedOrganization(app)).workspaceId;
});

const create = (client: Client, body: object = {}) => client.post<JoinKey>('/v1/join-keys', body);
const list = async (client: Client, search = '') =>
  (await client.get<List>(`/v1/join-keys${search}`)).body;

describe('creating a join key', () => {
  it('gives the secret once, in the only workspace, for one gateway and one hour', async () => {
    const { secret, ...shown } = await makeJoinKey(owner);
    expect(secret).toMatch(/^tk_join_/);
    expect(isWellFormed(secret)).toBe(true);
    expect(shown).toMatchObject({
      name: 'gateway',
      prefix: secret.slice(0, 12),
      workspaceId: production,
      labels: {},
      status: 'active',
      usesMax: 1,
      usesCount: 0,
      lastUsedAt: null,
    });
    expect(Date.parse(shown.expiresAt) - Date.parse(shown.createdAt)).toBe(3_600_000);
    expect((await list(owner)).data.find(({ id }) => id === shown.id)).toEqual(shown);
    const rows = await query<{ hash: Buffer }>('select hash from join_key where id = $1', [
      shown.id,
    ]);
    expect(rows[0]?.hash.equals(Buffer.from(hashSecret(secret)))).toBe(true);
  });

  it('has an audit event without the secret', async () => {
    const labels = { region: 'eu-1', 'team/owner': '' };
    const body = { name: 'edge', labels, usesMax: 5, lifetimeSeconds: 60 };
    const { id, secret, prefix, expiresAt } = await makeJoinKey(owner, body);
    const event = (await auditEvents(query)).at(-1);
    const { memberId } = await claimedOrganization(app);
    expect(event).toMatchObject({
      action: 'join_key.create',
      actor: { type: 'member', memberId },
      target: { type: 'join_key', id, name: 'edge' },
      before: null,
      after: { name: 'edge', prefix, workspaceId: production, labels, usesMax: 5, expiresAt },
    });
    expect(JSON.stringify(event)).not.toContain(secret);
  });

  it('happens once for an Idempotency-Key; the replay has no secret, and none after deletion', async () => {
    const again = (body: object) =>
      owner.post<JoinKey & { secret?: string }>('/v1/join-keys', body, { 'idempotency-key': 'k1' });
    const first = await again({ name: 'once' });
    const { secret, ...shown } = first.body;
    expect(isWellFormed(secret ?? '')).toBe(true);
    const replay = await again({ name: 'once' });
    expect([replay.status, replay.body]).toEqual([201, shown]);
    expect((await again({ name: 'twice' })).problem.code).toBe('idempotency_conflict');
    await owner.delete(`/v1/join-keys/${shown.id}`);
    expect((await again({ name: 'once' })).problem.code).toBe('idempotency_conflict');
  });

  it('is refused without fleet.manage, to a stranger’s workspace, and beyond a calling key’s end', async () => {
    expect((await create(viewer.client)).problem).toMatchObject({
      code: 'insufficient_scope',
      scopes: ['fleet.manage'],
    });
    expect((await create(stranger, { workspaceId: production })).status).toBe(404);
    const expiresAt = new Date(Date.now() + 1_800_000).toISOString();
    const key = await makeKey(app, owner, { profile: 'organization', expiresAt });
    expect((await create(key.client)).problem.code).toBe('ceiling_exceeded');
    expect((await create(key.client, { lifetimeSeconds: 600 })).status).toBe(201);
  });

  it.each([
    { name: '' },
    { name: 'a\u202eb' },
    { name: 'x'.repeat(65) },
    { name: `tk_join_${'a'.repeat(38)}` },
    { lifetimeSeconds: 59 },
    { lifetimeSeconds: 30 * 86_400 + 1 },
    { lifetimeSeconds: 60.5 },
    { lifetimeSeconds: '3600' },
    { lifetimeSeconds: null },
    { usesMax: 0 },
    { usesMax: 1001 },
    { usesMax: -1 },
    { usesMax: 1e308 },
    { labels: null },
    { labels: [] },
    { labels: 'region=eu' },
    { labels: { Region: 'eu' } },
    { labels: { '': 'eu' } },
    { labels: { '-a': 'eu' } },
    { labels: { ['a'.repeat(64)]: 'eu' } },
    { labels: { region: 'e u' } },
    { labels: { region: '<b>' } },
    { labels: { region: '-eu' } },
    { labels: { region: 'x'.repeat(64) } },
    { labels: { region: 1 } },
    { labels: { region: null } },
    { labels: { region: { a: 'b' } } },
    { labels: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`l${n}`, 'x'])) },
    { workspaceId: 'ws_1' },
    { secret: 'mine' },
    { usesCount: -5 },
    { memberId: 'mem_7dQx0mJ2vK4tR9sZ1aBc' },
  ])('refuses bad input and makes nothing: %j', async (body) => {
    const before = await query('select id from join_key');
    expect((await create(owner, body)).problem).toMatchObject({
      status: 422,
      code: 'validation_failed',
    });
    expect(await query('select id from join_key')).toEqual(before);
  });
});

describe('the list of join keys', () => {
  it('tells those that are used up or have expired, a page at a time', async () => {
    const used = await makeJoinKey(owner, { name: 'used' });
    expect((await joinWith(app, used.secret)).status).toBe(201);
    const expired = await makeJoinKey(owner, { name: 'expired' });
    await query('update join_key set expires_at = now() where id = $1', [expired.id]);
    const found: JoinKey[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: List = await list(owner, `?limit=2${cursor && `&cursor=${cursor}`}`);
      expect(page.data.length).toBeLessThanOrEqual(2);
      found.push(...page.data);
      cursor = page.nextCursor;
    }
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    expect(found.find(({ id }) => id === used.id)).toMatchObject({
      status: 'used_up',
      usesCount: 1,
      lastUsedAt: expect.stringMatching(/Z$/),
    });
    expect(found.find(({ id }) => id === expired.id)?.status).toBe('expired');
  });

  it('is shown to anyone who may read the fleet, and to no stranger', async () => {
    expect((await list(viewer.client)).data.length).toBeGreaterThan(0);
    expect((await list(stranger)).data).toEqual([]);
    const billing = await join(app, owner, 'Bill', 'role_billing');
    expect((await billing.client.get('/v1/join-keys')).problem.code).toBe('insufficient_scope');
  });
});

describe('deleting a join key', () => {
  it('has an audit event, and no gateway joins with it any more', async () => {
    const { id, secret, prefix } = await makeJoinKey(owner, { name: 'gone', usesMax: 9 });
    expect((await joinWith(app, secret)).status).toBe(201);
    expect((await owner.delete(`/v1/join-keys/${id}`)).status).toBe(204);
    expect((await auditEvents(query)).at(-1)).toMatchObject({
      action: 'join_key.delete',
      target: { type: 'join_key', id, name: 'gone' },
      before: { prefix, usesMax: 9, usesCount: 1 },
      after: null,
    });
    expect((await joinWith(app, secret)).problem.code).toBe('join_key_invalid');
    expect((await owner.delete(`/v1/join-keys/${id}`)).status).toBe(404);
  });

  it('is refused without fleet.manage, to a stranger, and for what is no id', async () => {
    const { id } = await makeJoinKey(owner);
    const refused = await viewer.client.delete(`/v1/join-keys/${id}`);
    expect(refused.problem.code).toBe('insufficient_scope');
    expect((await stranger.delete(`/v1/join-keys/${id}`)).status).toBe(404);
    expect((await owner.delete('/v1/join-keys/jk_none')).status).toBe(404);
    expect((await list(owner)).data.map((each) => each.id)).toContain(id);
  });
});

describe('a key confined to a workspace', () => {
  it('makes, sees and deletes the join keys of its own, and finds no other', async () => {
    const { organizationId } = await claimedOrganization(app);
    staging = await addWorkspace(app, organizationId, 'staging', 'test');
    const { client } = await makeKey(app, owner, { profile: 'workspace', workspaceId: staging });
    const own = await makeJoinKey(client);
    expect(own.workspaceId).toBe(staging);
    expect((await list(client)).data.map(({ id }) => id)).toEqual([own.id]);
    expect((await list(client, `?workspaceId=${production}`)).data).toEqual([]);
    expect((await create(client, { workspaceId: production })).status).toBe(404);
    const other = await makeJoinKey(owner, { workspaceId: production });
    expect((await client.delete(`/v1/join-keys/${other.id}`)).status).toBe(404);
    expect((await client.delete(`/v1/join-keys/${own.id}`)).status).toBe(204);
  });

  it('leaves others to say which workspace, now that there are two', async () => {
    expect((await create(owner)).problem).toMatchObject({
      status: 422,
      errors: [{ path: 'workspaceId' }],
    });
    const filtered = await list(owner, `?workspaceId=${staging}`);
    expect(filtered.data).toEqual([]);
  });
});
