import { createId } from '@tollkeeper/contract';
import pg from 'pg';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Client } from '../../testing/client.ts';
import { makeKey } from '../../testing/keys.ts';
import { choosePlan, claimedOrganization } from '../../testing/people.ts';
import { type Query, queryDatabase } from '../../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../../testing/test-app.ts';
import { whileHeld } from '../../testing/while-held.ts';

let app: TestApp;
let query: Query;
let owner: Client;
/** Of a key that a workspace confines. */
let secret: string;
let organizationId: string;
let workspaceId: string;

beforeEach(async () => {
  app = await startTestApp();
  query = queryDatabase(app.database);
  owner = await claimServer(app);
  ({ organizationId, workspaceId } = await claimedOrganization(app));
  await choosePlan(app, 'developer');
  const scopes = ['api_keys.create', 'api_keys.read'];
  ({ secret } = await makeKey(app, owner, { workspaceId, scopes }));
});

interface Creation {
  readonly by?: () => Client;
  readonly fields?: () => object;
  readonly idempotencyKey?: (name: string) => string;
}

const CREATIONS: Readonly<Record<string, Creation>> = {
  'on a plan that has a limit': {},
  'in a workspace': { fields: () => ({ workspaceId }) },
  'in the only workspace': { fields: () => ({ profile: 'workspace', scopes: undefined }) },
  'by a key that is confined': { by: () => withKey(app, secret) },
  'with an Idempotency-Key': { idempotencyKey: (name) => name },
};

function create(name: string, { by = () => owner, fields, idempotencyKey }: Creation) {
  const body = { name, profile: 'custom', scopes: ['api_keys.read'], ...fields?.() };
  const headers = idempotencyKey ? { 'idempotency-key': idempotencyKey(name) } : {};
  return by().post('/v1/api-keys', body, headers);
}

it.each(Object.entries(CREATIONS))('creates a key %s in one round trip', async (_, creation) => {
  expect((await create('first', creation)).status).toBe(201);
  const sent = await sentFor('second', creation);
  expect(sent).toContain('select-changes');
  expect(sent).not.toContain('insert-key');
});

it('creates the first key of a process in an ordinary transaction', async () => {
  const other = await startTestApp({ database: app.database });
  const by = () => withKey(other, secret);
  expect(await sentFor('first', { by })).toContain('insert-key');
  expect(await sentFor('second', { by })).not.toContain('insert-key');
});

/** The names of the statements that are sent one by one, as an ordinary transaction sends all. */
async function sentFor(name: string, creation: Creation): Promise<unknown[]> {
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  try {
    expect((await create(name, creation)).status).toBe(201);
    const sent: readonly unknown[] = spy.mock.calls.map(([statement]) => statement);
    return sent.filter(isNamed).map((statement) => statement.name);
  } finally {
    spy.mockRestore();
  }
}

function isNamed(statement: unknown): statement is { readonly name: string } {
  return typeof statement === 'object' && statement !== null && 'name' in statement;
}

it('creates no key beyond the plan while another process takes the last place', async () => {
  expect((await create('second', {})).status).toBe(201);
  await query(`delete from api_key where name = 'second'`);
  const answer = await whileHeld(
    app.database,
    async (holder) => {
      await holder.query('select 1 from organization for no key update');
      await holder.query(
        `insert into api_key (id, organization_id, member_id, name, prefix, status, profile, scopes,
           allowed_ips, created_at)
         select id || n, organization_id, member_id, name, prefix, status, profile, scopes,
           allowed_ips, created_at from api_key, generate_series(1, 9) as n`,
      );
    },
    () => create('third', {}),
  );
  expect(answer.problem).toMatchObject({ code: 'plan_limit_reached', limit: 10, count: 10 });
  expect(await query('select 1 from api_key')).toHaveLength(10);
});

it('creates no key in the only workspace while another process creates a second one', async () => {
  const creation = CREATIONS['in the only workspace'] ?? {};
  expect((await create('first', creation)).status).toBe(201);
  const id = createId('workspace', app.services.randomBytes);
  const answer = await whileHeld(
    app.database,
    async (holder) => {
      await holder.query('select 1 from audit_chain for update');
      await holder.query(
        `insert into workspace (id, organization_id, name, environment, created_at)
         values ($1, $2, 'another', 'live', now())`,
        [id, organizationId],
      );
    },
    () => create('second', creation),
  );
  expect(answer.problem.errors).toMatchObject([{ path: 'workspaceId' }]);
  expect(await query(`select 1 from api_key where name = 'second'`)).toEqual([]);
});

it('creates no key for an Idempotency-Key that another process takes at the same time', async () => {
  const creation = { idempotencyKey: () => 'taken' };
  const first = await create('first', creation);
  expect(first.status).toBe(201);
  await query(`update idempotency set key = 'free'`);
  const answer = await whileHeld(
    app.database,
    (holder) => holder.query(`update idempotency set key = 'taken'`),
    () => create('second', creation),
  );
  expect(answer.problem.code).toBe('idempotency_conflict');
  expect(await query(`select 1 from api_key where name = 'second'`)).toEqual([]);
});
