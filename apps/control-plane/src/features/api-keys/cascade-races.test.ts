import { createId } from '@tollkeeper/contract';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { purgeLineage } from '../../access/sweep-lineage.ts';
import { apiKey as apiKeyTable } from '../../db/schema/index.ts';
import { findBrokenLink } from '../../testing/audit-log.ts';
import type { Client } from '../../testing/client.ts';
import { makeKey, type TestKey } from '../../testing/keys.ts';
import { choosePlan, claimedOrganization } from '../../testing/people.ts';
import { type Query, queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';
import { endAtMost } from './cascade-world.fixture.ts';
import { CASCADE_LIMITS } from './ended-part.ts';

/** What one transaction ends at most. */
const ENDED_MAX = process.env.LONG ? CASCADE_LIMITS.endedMax : 1500;
/** More than a preview counts, and than each further transaction ends. */
const COUNT = process.env.LONG ? ENDED_MAX : 1200;

let app: TestApp;
let owner: Client;
let query: Query;
let place: { organizationId: string; memberId: string };
/** Acts in another process. */
let elsewhere: Client;

beforeAll(async () => {
  endAtMost(ENDED_MAX);
  app = await startTestApp();
  owner = await claimServer(app);
  query = queryDatabase(app.database);
  place = await claimedOrganization(app);
  await choosePlan(app, 'enterprise');
  const second = await startTestApp({ database: app.database });
  const admin = await makeKey(app, owner, { scopes: ['api_keys.revoke', 'api_keys.manage_all'] });
  elsewhere = withKey(second, admin.secret);
});

const revoke = (client: Client, id: string) =>
  client.post<{ status: string }>(`/v1/api-keys/${id}/revoke`, { cascade: true });
const created = async (id: string) => (await owner.get(`/v1/api-keys/${id}/created`)).body;

describe('a creation that meets the revocation of its creator in another process', () => {
  const scopes = ['api_keys.create', 'api_keys.read'];

  it.each(['the creation', 'the revocation'])(
    'does not escape it when %s is first',
    async (first) => {
      const root = await makeKey(app, owner, { scopes });
      const child = await makeKey(app, root.client, { scopes });
      const blocker = new pg.Client(app.database);
      await blocker.connect();
      onTestFinished(() => blocker.end());
      await blocker.query('begin');
      await blocker.query('select 1 from audit_chain where organization_id = $1 for update', [
        place.organizationId,
      ]);
      const body = { name: 'late', profile: 'custom', scopes: ['api_keys.read'] };
      const creates = () => child.client.post<TestKey>('/v1/api-keys', body);
      const revokes = () => revoke(elsewhere, root.id);
      const sent = [(first === 'the creation' ? creates : revokes)()];
      await vi.waitUntil(async () => (await countWaiting()) === 1);
      sent.push((first === 'the creation' ? revokes : creates)() as (typeof sent)[0]);
      await vi.waitUntil(async () => (await countWaiting()) === 2);
      await blocker.query('commit');
      const answers = await Promise.all(sent);
      const [creation, revocation] = first === 'the creation' ? answers : answers.toReversed();
      expect(revocation?.status).toBe(200);
      expect(creation?.status).toBe(first === 'the creation' ? 201 : 401);
      const alive = `select 1 from api_key where status <> 'revoked' and created_by_key_id = any($1)`;
      expect(await query(alive, [[root.id, child.id]])).toEqual([]);
    },
  );
});

/** How many changes wait for a lock: of each process one at most, as it queues the others. */
async function countWaiting(): Promise<number> {
  const text = `select count(*)::int as waiting from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  return (await query<{ waiting: number }>(text))[0]?.waiting ?? 0;
}

describe('a key that created thousands', () => {
  it.each(['all itself', 'in a line'])('takes them along in one transaction: %s', async (shape) => {
    const root = await makeKey(app, owner);
    const rows = Array.from({ length: COUNT }, () => createId('apiKey', app.services.randomBytes));
    for (let at = 0; at < COUNT; at += 2500) {
      await app.services.db.insert(apiKeyTable).values(
        rows.slice(at, at + 2500).map((id, index) => ({
          id,
          organizationId: place.organizationId,
          memberId: place.memberId,
          name: 'one of many',
          prefix: 'tk_live_0000',
          status: 'active' as const,
          profile: 'custom' as const,
          scopes: [],
          allowedIps: [],
          createdAt: new Date(),
          createdByKeyId: (shape === 'in a line' ? rows[at + index - 1] : undefined) ?? root.id,
        })),
      );
    }
    // Counting them all would take longer than a person waits for a dialog.
    expect(await created(root.id)).toMatchObject({ keysCount: 1000, isComplete: false });
    const last = await query<{ max: string }>('select max(sequence) from audit_event');
    expect((await revoke(owner, root.id)).status).toBe(200);
    const written = `select xmin::text, count(*)::int from audit_event
      where sequence > $1 and organization_id = $2 group by 1 order by 2`;
    expect(await query(written, [last[0]?.max, place.organizationId])).toEqual([
      { xmin: expect.any(String), count: COUNT + 2 },
    ]);
    const changes = `select count(distinct subject_id)::int as count from change
      where subject_id = any($1)`;
    expect(await query(changes, [rows])).toEqual([{ count: COUNT }]);
    expect(await findBrokenLink(app, place.organizationId)).toBeUndefined();
  });
});

describe('the first transaction of several', () => {
  it('lets nothing below act that comes before the next one', async () => {
    const scopes = ['api_keys.create', 'api_keys.read'];
    const root = await makeKey(app, owner, { scopes });
    const child = await makeKey(app, root.client, { scopes });
    await plantChildren(root.id);
    const blocker = new pg.Client(app.database);
    await blocker.connect();
    onTestFinished(() => blocker.end());
    await blocker.query('begin');
    await blocker.query('select 1 from audit_chain where organization_id = $1 for update', [
      place.organizationId,
    ]);
    const revocation = revoke(elsewhere, root.id);
    await vi.waitUntil(async () => (await countWaiting()) === 1);
    // The lock is granted in the order in which it was asked for.
    const creation = child.client.post('/v1/api-keys', { name: 'late', profile: 'custom', scopes });
    await vi.waitUntil(async () => (await countWaiting()) === 2);
    await blocker.query('commit');
    expect((await creation).problem.code).toBe('revoked');
    expect((await revocation).status).toBe(200);
    const alive = `select 1 from api_key where status <> 'revoked' and created_by_key_id = any($1)`;
    expect(await query(alive, [[root.id, child.id]])).toEqual([]);
  });

  it('stops the key before anybody ends what it created', async () => {
    const root = await makeKey(app, owner);
    const child = await plantChildren(root.id);
    const blocker = new pg.Client(app.database);
    await blocker.connect();
    onTestFinished(() => blocker.end());
    await blocker.query('begin');
    await blocker.query('select 1 from api_key where id = $1 for update', [child]);
    const answer = revoke(owner, root.id);
    await vi.waitUntil(
      async () => (await root.client.get('/v1/whoami')).problem.code === 'revoked',
    );
    // The rest waits for the key below.
    await vi.waitUntil(async () => (await countWaiting()) === 1);
    await blocker.query('commit');
    expect((await answer).status).toBe(200);
    const alive = `select 1 from api_key where created_by_key_id = $1 and status <> 'revoked'`;
    expect(await query(alive, [root.id])).toEqual([]);
  });
});

/** More than one transaction takes along. @returns the id of one of them */
async function plantChildren(creatorId: string): Promise<string> {
  const rows = await query<{ id: string }>(
    `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
       allowed_ips, created_at, created_by_key_id)
     select 'key_' || substr(md5(id || n), 1, 20), organization_id, member_id, 'below',
       'tk_live_AAAA', 'active', 'custom', '{}', '{}', now(), id
     from api_key, generate_series(0, $2::int) as n where id = $1 returning id`,
    [creatorId, ENDED_MAX],
  );
  return rows[0]?.id ?? '';
}

it('finds what a key led to that was revoked while the purge looked at the keys above it', async () => {
  const fields = { profile: 'organization' };
  const root = await makeKey(app, owner, fields);
  const above = await makeKey(app, root.client, fields);
  const between = await makeKey(app, above.client, fields);
  const below = await makeKey(app, between.client, fields);
  expect((await owner.post(`/v1/api-keys/${above.id}/revoke`, {})).status).toBe(200);
  await whileHeld(
    app.database,
    (holder) => holder.query('lock table gateway in access exclusive mode'),
    () => purgeLineage(app.services.db),
    (holder) => holder.query(`update api_key set status = 'revoked' where id = $1`, [between.id]),
  );
  expect((await revoke(owner, root.id)).status).toBe(200);
  expect((await below.client.get('/v1/whoami')).problem.code).toBe('revoked');
});

it('is looked at for few at a time when a cascade is repeated, so that connections are left for others', async () => {
  const root = await makeKey(app, owner, { profile: 'organization' });
  expect((await revoke(owner, root.id)).status).toBe(200);
  const statuses: number[] = [];
  const repeat = async () => {
    statuses.push((await revoke(owner, root.id)).status);
  };
  const count = (status: number) => statuses.filter((each) => each === status).length;
  await whileHeld(
    app.database,
    (holder) => holder.query('lock table gateway in access exclusive mode'),
    () => Promise.all(Array.from({ length: 7 }, repeat)),
    async () => {
      await vi.waitUntil(() => count(503) === 2);
      expect(await countWaiting()).toBe(1);
    },
  );
  expect([count(503), statuses.length]).toEqual([2, 7]);
});
