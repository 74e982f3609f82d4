import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { findBrokenLink } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { join } from '../../testing/join.ts';
import { makeKey } from '../../testing/keys.ts';
import { addMember, claimedOrganization } from '../../testing/people.ts';
import type { Query } from '../../testing/query-database.ts';
import { startOrganization } from '../../testing/start-organization.ts';
import type { TestApp } from '../../testing/test-app.ts';
import { ctxOf, endAtMost } from './cascade-world.fixture.ts';
import { CASCADE_LIMITS } from './ended-part.ts';
import { revokeWithCreated } from './revoke-with-created.ts';

interface Listed {
  readonly data: readonly { readonly id: string }[];
  readonly totalCount: number;
}

interface Results {
  readonly results: readonly { readonly error: { readonly code: string } | null }[];
}

const ENDED_MAX = process.env.LONG ? CASCADE_LIMITS.endedMax : 500;

let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  endAtMost(ENDED_MAX);
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

describe('a key that created more than one transaction ends', () => {
  it.each(['revoke', 'delete', 'revoke several'] as const)(
    'takes all of it along in several: %s',
    async (verb) => {
      const profile = { profile: 'organization' };
      const roots = [await makeKey(app, owner, profile), await makeKey(app, owner)] as const;
      const [root, other] = roots;
      const member = await join(
        app,
        root.client,
        `Member-${verb.replace(' ', '-')}`,
        'role_viewer',
      );
      await plantBelow(root.id, ENDED_MAX);
      const ids = roots.map(({ id }) => id);
      const last = await query<{ max: string }>('select max(sequence) from audit_event');
      if (verb === 'revoke') expect((await revoke(owner, root.id)).body.status).toBe('revoked');
      if (verb === 'delete') {
        expect((await owner.delete(`/v1/api-keys/${root.id}?cascade=true`)).status).toBe(204);
      }
      if (verb === 'revoke several') {
        const bulk = await owner.post<Results>('/v1/api-keys/revoke', { ids, cascade: true });
        expect(bulk.body.results.map(({ error }) => error)).toEqual([null, null]);
      }
      const alive = `select 1 from api_key where created_by_key_id = $1 and status <> 'revoked'`;
      expect(await query(alive, [root.id])).toEqual([]);
      const removed = `select 1 from member where id = $1 and status = 'removed'`;
      expect(await query(removed, [member.memberId])).toHaveLength(1);
      const written = await query<{ count: number }>(
        `select count(*)::int from audit_event where sequence > $1 group by xmin::text order by 1`,
        [last[0]?.max],
      );
      // The keys alone; then the member and all keys below, in parts. Then the record goes.
      const { partMax } = CASCADE_LIMITS;
      const deletion = verb === 'delete' ? [1] : [];
      const parts = Array(ENDED_MAX / partMax).fill(partMax + 1);
      const counts = [verb === 'revoke several' ? 2 : 1, ...deletion, 2, ...parts];
      expect(written).toEqual(counts.sort((a, b) => a - b).map((count) => ({ count })));
      expect(
        await findBrokenLink(app, (await claimedOrganization(app)).organizationId),
      ).toBeUndefined();
      if (verb !== 'revoke several') return;
      expect(await statusOf(other.id)).toBe('revoked');
      const again = await owner.post<Results>('/v1/api-keys/revoke', { ids, cascade: true });
      expect(again.body.results.map(({ error }) => error?.code)).toEqual(
        Array(2).fill('invalid_state'),
      );
    },
  );
});

describe('a thief who leaves many dead links', () => {
  it('does not make a cascade impossible by rotations and deletions', async () => {
    const root = await makeKey(app, owner);
    await plantDead(root.id, 2 * ENDED_MAX);
    const last = await makeKey(app, owner);
    await query(
      `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
       select organization_id, $2, $3, now(), now() from api_key where id = $1`,
      [root.id, `${root.id}-${2 * ENDED_MAX}`, last.id],
    );
    expect((await revoke(owner, root.id)).body.status).toBe('revoked');
    expect(await statusOf(last.id)).toBe('revoked');
  });

  /** By searches of ten keys, and in parts of seven. */
  const end = async (ids: readonly string[], followedMax = 1000) => {
    const caller = await makeKey(app, owner, { profile: 'organization' });
    const limits = {
      ...{ atOnceMax: 10, searchedMax: 10, linksMax: 20, pageMax: 4 },
      ...{ followedMax, endedMax: 7, partMax: 7 },
    };
    const refusals = await revokeWithCreated(await ctxOf(app, caller), ids, {}, limits);
    return [...refusals].map(([id, { code }]) => `${ids.indexOf(id)} ${code}`).sort();
  };
  const countLeft = async (id: string) => {
    const text = `select count(*)::int from api_key where created_by_key_id = $1
      and status <> 'revoked'`;
    return (await query<{ count: number }>(text, [id]))[0]?.count;
  };

  it('is not saved by more keys than one transaction searches: others follow', async () => {
    const ids = [(await makeKey(app, owner)).id, (await makeKey(app, owner)).id];
    const [first = ''] = ids;
    await plantBelow(first, 30);
    expect([await end(ids), await countLeft(first)]).toEqual([[], 0]);
    expect(await statusOf(ids[1] ?? '')).toBe('revoked');
    expect(await end(ids)).toEqual(['0 invalid_state', '1 invalid_state']);
  });

  it('is not saved by dead keys that once created something', async () => {
    const { id } = await makeKey(app, owner);
    await plantBelow(id, 30);
    await query(
      `update api_key set status = 'revoked', leads_on = true where created_by_key_id = $1
        and id <> (select max(id) from api_key where created_by_key_id = $1)`,
      [id],
    );
    expect([await end([id]), await countLeft(id)]).toEqual([[], 0]);
  });

  it('is not saved by dead keys that each changed what stays', async () => {
    const { id } = await makeKey(app, owner);
    const kept = await makeKey(app, owner);
    await plantBelow(id, 30);
    await query(
      `update api_key set status = 'revoked', leads_on = true where created_by_key_id = $1
        and id <> (select max(id) from api_key where created_by_key_id = $1)`,
      [id],
    );
    await query(
      `insert into key_edit (organization_id, edited_by, key_id, first_at, last_at)
       select organization_id, id, $2, now(), now() from api_key where created_by_key_id = $1`,
      [id, kept.id],
    );
    expect([await end([id]), await countLeft(id)]).toEqual([[], 0]);
  });

  /** A line of dead keys, the last of which gave a living one a new secret. */
  const plantLine = async () => {
    const { id } = await makeKey(app, owner);
    await plantDead(id, 30);
    const last = await makeKey(app, owner, { scopes: ['api_keys.create'] });
    await query(
      `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
       select organization_id, $2, $3, now(), now() from api_key where id = $1`,
      [id, `${id}-30`, last.id],
    );
    await query(
      `update deleted_key set created_by = $1 || '-none'
       where starts_with(id, $1) and id <> $1 || '-1'`,
      [id],
    );
    return { id, last };
  };

  it('is not saved by a line of dead keys that is longer than one search sees', async () => {
    const { id, last } = await plantLine();
    expect(await end([id])).toEqual([]);
    expect([await statusOf(id), await statusOf(last.id)]).toEqual(['revoked', 'revoked']);
  });

  it('is named where it led to more than a cascade follows, and can change nothing', async () => {
    const { id, last } = await plantLine();
    expect(await end([id], 20)).toEqual(['0 cascade_too_large']);
    // The job would else do again each minute what is too much for it.
    const running = 'select stuck_at is not null as "isStuck" from running_cascade';
    expect(await query(running)).toEqual([{ isStuck: true }]);
    const lines = app.logged.filter((line) => line.includes('it led to more keys and members'));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 50, cascadeId: expect.any(String) }),
    ]);
    expect([await statusOf(id), await statusOf(last.id)]).toEqual(['revoked', 'active']);
    const creation = { name: 'late', profile: 'custom', scopes: ['api_keys.create'] };
    expect((await last.client.post('/v1/api-keys', creation)).problem.code).toBe('revoked');
    expect(await end([id])).toEqual([]);
    expect(await statusOf(last.id)).toBe('revoked');
  });
});

/** Keys that the key created and deleted since, each of which gave the next one a new secret. */
async function plantDead(rootId: string, count: number): Promise<void> {
  await query(
    `insert into key_rotation (organization_id, rotated_by, key_id, first_at, last_at)
     select organization_id, case when n = 1 then id else id || '-' || n - 1 end, id || '-' || n,
       now(), now()
     from api_key, generate_series(1, $2::int) n where id = $1`,
    [rootId, count],
  );
  await plantDeleted(rootId, count);
}

async function plantDeleted(rootId: string, count: number): Promise<void> {
  await query(
    `insert into deleted_key (id, organization_id, created_by, created_at)
     select id || '-' || n, organization_id, id, now() from api_key, generate_series(1, $2::int) n
     where id = $1`,
    [rootId, count],
  );
}

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
