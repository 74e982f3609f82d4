import { beforeAll, expect, it } from 'vitest';
import type { Client } from '../testing/client.ts';
import { joinFleet } from '../testing/fleet.ts';
import { type Joined, join } from '../testing/join.ts';
import { startOtherOrganization } from '../testing/other-organization.ts';
import type { Query } from '../testing/query-database.ts';
import {
  defaultWorkspace,
  makeKey,
  startOrganization,
  type TestKey,
} from '../testing/start-organization.ts';
import { OWNER, type TestApp } from '../testing/test-app.ts';
import { whileHeld } from '../testing/while-held.ts';
import { eraseDeletedOrganizations } from './erase-deleted-organizations.ts';

const DAY_MS = 86_400_000;
let app: TestApp;
let query: Query;
let owner: Client;
let other: Client;
let both: Joined;
let key: TestKey;
let acme: string;

beforeAll(async () => {
  ({ app, query, owner } = await startOrganization());
  other = await startOtherOrganization(app, owner, query);
  both = await join(app, owner, 'Bob', 'role_developer');
  const gone = await join(app, owner, 'Gwen', 'role_developer');
  acme = gone.organizationId;
  await query(
    `insert into member (id, organization_id, user_id, role_id, status, created_at)
     select 'mem_00000000000000000002', 'org_00000000000000000001', user_id, role_id, status, created_at
     from member where id = $1`,
    [both.memberId],
  );
  key = await makeKey(app, gone.client, { profile: 'read-only' });
  await owner.post('/v1/invitations', { email: 'new@example.com', roleId: 'role_viewer' });
  await owner.post('/v1/roles', { name: 'Own', description: '', scopes: ['members.read'] });
  const workspaceId = await defaultWorkspace(owner);
  await joinFleet(app, gone.client, workspaceId);
  await key.client.get('/v1/whoami');
  await app.services.usage.flush();
  await query('update organization set key_unused_days_max = 1 where id = $1', [acme]);
  await query(
    `insert into audit_term select id, 'api_key.*', 0, repeat('0', 1024)::bit(1024) from organization`,
  );
  // What is like it of the other organization stays.
  const kept = await makeKey(app, other, { profile: 'read-only' });
  await kept.client.get('/v1/whoami');
  await app.services.usage.flush();
  await other.post('/v1/invitations', { email: 'new@example.com', roleId: 'role_viewer' });
});

const runAfter = (days: number) =>
  eraseDeletedOrganizations({
    ...app.services,
    clock: () => new Date(Date.now() + days * DAY_MS),
  });

/** Every table that names its organization, and how many rows each has for this one. */
async function rowsOf(id: string): Promise<Record<string, number>> {
  const tables = await query<{ table_name: string }>(
    `select table_name from information_schema.columns
     where table_schema = 'public' and column_name = 'organization_id'`,
  );
  const counts: Record<string, number> = {};
  for (const { table_name: table } of tables) {
    const [row] = await query<{ n: string }>(
      `select count(*) n from "${table}" where organization_id = $1`,
      [id],
    );
    counts[table] = Number(row?.n);
  }
  return counts;
}

it('keeps what was not deleted, and what was for thirty days', async () => {
  expect(await runAfter(365)).toEqual({ erased: 0 });
  const deleted = await owner.raw(
    'DELETE',
    '/v1/organization',
    JSON.stringify({ name: 'Acme', password: OWNER.password }),
    { 'content-type': 'application/json' },
  );
  expect(deleted.status).toBe(204);
  expect(await runAfter(29.9)).toEqual({ erased: 0 });
  expect((await rowsOf(acme)).audit_event).toBeGreaterThan(5);
});

it('then erases all of it, and nothing of others', async () => {
  const otherRows = await rowsOf('org_00000000000000000001');
  expect(otherRows).toMatchObject({ api_key: 1, invitation: 1, key_usage: 1, audit_chain: 1 });
  const [last] = await query<{ id: string }>('select max(id) as id from change');
  expect(await runAfter(30.1)).toEqual({ erased: 1 });
  // Changes tell every process to forget; they go after a day.
  const { change, ...left } = await rowsOf(acme);
  expect(change).toBeGreaterThan(0);
  expect(Object.entries(left).filter(([, count]) => count > 0)).toEqual([]);
  expect(Object.keys(left).length).toBeGreaterThan(10);
  const ofOthers = `select 1 from change join member on member.id = change.subject_id
    where change.id > $1 and member.organization_id <> change.organization_id`;
  expect(await query(ofOthers, [last?.id])).toEqual([]);
  expect(await rowsOf('org_00000000000000000001')).toEqual(otherRows);
  expect((await other.get('/v1/members')).status).toBe(200);
  expect(await runAfter(60)).toEqual({ erased: 0 });
});

it('erases users who belong nowhere else, and no others', async () => {
  const users = await query<{ email: string }>('select email from "user" order by email');
  expect(users.map((row) => row.email)).toEqual(['bob@example.com', 'olga@example.com']);
  expect((await owner.get('/v1/whoami')).status).toBe(401);
  expect((await both.client.get('/v1/whoami')).status).toBe(200);
});

it('is forgotten by the running process too', async () => {
  const answer = await key.client.get('/v1/whoami');
  expect([answer.status, answer.problem.code]).toEqual([401, 'invalid_key']);
});

it('keeps a user who is just joining another organization', async () => {
  await query(
    `insert into organization (id, name, slug, plan, created_at)
     values ('org_00000000000000000002', 'Third', 'third', 'pro', now())`,
  );
  await query(`update organization set deleted_at = now() where id = 'org_00000000000000000001'`);
  const joinThird = `insert into member (id, organization_id, user_id, role_id, status, created_at)
    select 'mem_00000000000000000003', 'org_00000000000000000002', id, 'role_viewer', 'active', now()
    from "user" where email = 'bob@example.com'`;
  const erased = await whileHeld(
    app.database,
    (holder) => holder.query(joinThird),
    () => runAfter(30.1),
  );
  expect(erased).toEqual({ erased: 1 });
  const users = await query<{ email: string }>('select email from "user"');
  expect(users.map((row) => row.email)).toEqual(['bob@example.com']);
  expect((await both.client.get('/v1/whoami')).status).toBe(200);
});
