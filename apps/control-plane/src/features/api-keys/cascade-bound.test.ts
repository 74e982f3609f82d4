import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { addMember, claimedOrganization } from '../../testing/people.ts';
import type { Query } from '../../testing/query-database.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { CASCADE_MAX } from './created-forest.ts';

interface Listed {
  readonly data: readonly { readonly id: string }[];
  readonly totalCount: number;
}

let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
});

const revoke = (client: Client, id: string, cascade = true) =>
  client.post<{ status: string }>(`/v1/api-keys/${id}/revoke`, { cascade });
const statusOf = async (id: string) =>
  (await owner.get<{ status: string }>(`/v1/api-keys/${id}`)).body.status;

/** Puts keys into the database that the key created. */
async function plantBelow(creatorId: string, count: number): Promise<void> {
  await query(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at, created_by_key_id)
     select 'key_' || substr(md5(id || n), 1, 20), organization_id, member_id, 'below',
       'tk_live_AAAA', 'active', 'custom', '{}', '{}', now(), id
     from api_key, generate_series(1, $2::int) as n where id = $1`,
    [creatorId, count],
  );
}

describe('a key that created more than one request takes along', () => {
  it('is refused with what it created, and stops at once without', async () => {
    const root = await makeKey(app, owner);
    await plantBelow(root.id, CASCADE_MAX + 1);
    const refused = [
      await revoke(owner, root.id),
      await owner.delete(`/v1/api-keys/${root.id}?cascade=true`),
    ];
    for (const { problem } of refused) {
      expect(problem).toMatchObject({ status: 409, code: 'cascade_too_large' });
      expect(problem.detail).toContain('createdByKeyId');
    }
    const [other] = [await makeKey(app, owner)];
    const body = { ids: [root.id, other.id], cascade: true };
    const bulk = await owner.post<{ results: { error: { code: string } | null }[] }>(
      '/v1/api-keys/revoke',
      body,
    );
    expect(bulk.body.results.map(({ error }) => error?.code ?? null)).toEqual([
      'cascade_too_large',
      null,
    ]);
    expect([await statusOf(root.id), await statusOf(other.id)]).toEqual(['active', 'revoked']);
    expect((await revoke(owner, root.id, false)).body.status).toBe('revoked');
    const below = `/v1/api-keys?createdByKeyId=${root.id}&limit=2`;
    const { body: listed } = await owner.get<Listed>(below);
    expect(listed.totalCount).toBe(CASCADE_MAX + 1);
    const ids = listed.data.map(({ id }) => id);
    expect((await owner.post('/v1/api-keys/revoke', { ids, cascade: true })).status).toBe(200);
    expect(await statusOf(ids[0] ?? '')).toBe('revoked');
  });

  it('does not make one request take along what several keys created', async () => {
    const roots = [await makeKey(app, owner), await makeKey(app, owner), await makeKey(app, owner)];
    for (const { id } of roots.slice(0, 2)) await plantBelow(id, CASCADE_MAX / 2 + 1);
    const bulk = await owner.post<{ results: { error: { code: string } | null }[] }>(
      '/v1/api-keys/revoke',
      { ids: roots.map(({ id }) => id), cascade: true },
    );
    expect(bulk.body.results.map(({ error }) => error?.code ?? null)).toEqual([
      null,
      null,
      'unavailable',
    ]);
    expect(await statusOf(roots[2]?.id ?? '')).toBe('active');
  });

  it('leaves a key of which it has not sought what it created', async () => {
    const scopes = ['api_keys.create', 'api_keys.read'];
    const first = await makeKey(app, owner, { scopes });
    const child = await makeKey(app, first.client, { scopes });
    await plantBelow(first.id, 4000);
    // Each of them is found twice, so that there are fewer keys than steps that lead to them.
    await query(
      `insert into key_rotation (organization_id, rotated_by_key_id, key_id)
       select organization_id, $2, id from api_key where created_by_key_id = $1 and id <> $2`,
      [first.id, child.id],
    );
    const second = await makeKey(app, owner, { scopes });
    await plantBelow(second.id, 2000);
    const third = await makeKey(app, owner, { scopes });
    const below = await makeKey(app, third.client, { scopes });
    const bulk = await owner.post<{ results: { error: { code: string } | null }[] }>(
      '/v1/api-keys/revoke',
      { ids: [first.id, second.id, third.id], cascade: true },
    );
    expect(bulk.body.results.map(({ error }) => error?.code ?? null)).toEqual([
      null,
      null,
      'unavailable',
    ]);
    expect([await statusOf(third.id), await statusOf(below.id)]).toEqual(['active', 'active']);
  });
});

it('lists the keys that a key created or gave a new secret', async () => {
  const scopes = ['api_keys.create', 'api_keys.read'];
  const root = await makeKey(app, owner, { scopes });
  const created = await makeKey(app, root.client, { scopes });
  const rotated = await makeKey(app, owner, { scopes });
  await makeKey(app, created.client, { scopes });
  expect((await root.client.post(`/v1/api-keys/${rotated.id}/rotate`, {})).status).toBe(200);
  const path = `/v1/api-keys?createdByKeyId=${root.id}`;
  const { body } = await owner.get<Listed>(path);
  expect(body.data.map(({ id }) => id).sort()).toEqual([created.id, rotated.id].sort());
  const { organizationId } = await claimedOrganization(app);
  const stranger = await addMember(app, organizationId, 'developer');
  expect((await stranger.client.get<Listed>(path)).body.data).toEqual([]);
});

it('answers a caller who cannot see the key before it locks what the key created', async () => {
  const scopes = ['api_keys.create', 'api_keys.read'];
  const root = await makeKey(app, owner, { scopes });
  const child = await makeKey(app, root.client, { scopes });
  const { organizationId } = await claimedOrganization(app);
  const stranger = await addMember(app, organizationId, 'developer');
  const blocker = new pg.Client(app.database);
  await blocker.connect();
  onTestFinished(() => blocker.end());
  await blocker.query('begin');
  await blocker.query('select 1 from api_key where id = $1 for update', [child.id]);
  const { id } = root;
  expect((await revoke(stranger.client, id)).status).toBe(404);
  expect((await stranger.client.delete(`/v1/api-keys/${id}?cascade=true`)).status).toBe(404);
  const body = { ids: [id], cascade: true };
  const bulk = await stranger.client.post<{ results: { error: { code: string } }[] }>(
    '/v1/api-keys/revoke',
    body,
  );
  expect(bulk.body.results[0]?.error.code).toBe('not_found');
});
