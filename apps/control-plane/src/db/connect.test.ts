import { sql } from 'drizzle-orm';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Answer, Client } from '../testing/client.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import {
  addMember,
  addOrganization,
  claimedOrganization,
  type Organization,
  PASSWORD,
} from '../testing/people.ts';
import { type Query, queryDatabase } from '../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../testing/test-app.ts';
import { allowLongStatements, connect } from './connect.ts';
import { isUnavailable } from './database-errors.ts';

const NAME = 'a key';

let app: TestApp;
let owner: Client;
let query: Query;
let another: Organization;
let key: TestKey;
let secret: string;

beforeAll(async () => {
  const limits = { statement_timeout: 12_000, lock_timeout: 60_000, query_timeout: 90_000 };
  app = await startTestApp({ limits });
  owner = await claimServer(app);
  query = queryDatabase(app.database);
  another = await addOrganization(app, 'Another');
  key = await makeKey(app, owner, { name: NAME });
  ({ secret } = await makeKey(app, owner, { profile: 'organization' }));
});

/** Holds the lock of the key until it is released, or the test is over. */
async function holdKey() {
  const blocker = new pg.Client(app.database);
  await blocker.connect();
  onTestFinished(() => blocker.end());
  const pid: number = (await blocker.query('select pg_backend_pid() as pid')).rows[0].pid;
  await blocker.query('begin');
  await blocker.query('select 1 from api_key where id = $1 for update', [key.id]);
  return { pid, release: () => blocker.query('rollback') };
}

const rename = (client: Client, name: string) =>
  client.patch<{ name: string }>(`/v1/api-keys/${key.id}`, { name });

async function readName(): Promise<string | undefined> {
  return (await query<{ name: string }>('select name from api_key where id = $1', [key.id]))[0]
    ?.name;
}

it('gives requests little time for a statement, and less for a lock', async () => {
  const shipped = await startTestApp({ database: app.database, limits: {} });
  const setting = (name: string) => sql`current_setting(${name})`;

  const { rows } = await shipped.services.db.execute(sql`
    select ${setting('statement_timeout')} as statement, ${setting('lock_timeout')} as lock,
      ${setting('idle_in_transaction_session_timeout')} as idle`);

  expect(rows).toEqual([{ statement: '5s', lock: '4s', idle: '3s' }]);
});

it.each([
  ['lets a statement of a request take longer', 5000, '15s'],
  ['leaves a job the time that it has', 600_000, '10min'],
  ['leaves a connection without a limit as it is', 0, '0'],
])('%s', async (_, statement_timeout, allowed) => {
  const connection = connect(app.database, 1, () => undefined, { statement_timeout });
  onTestFinished(() => connection.pool.end());

  const { rows } = await connection.db.transaction(async (tx) => {
    await allowLongStatements(tx);
    return tx.execute(sql`select current_setting('statement_timeout') as statement`);
  });

  expect(rows).toEqual([{ statement: allowed }]);
});

describe('a change that waits for a lock', () => {
  it('is answered 503 after the time that it may wait, with nothing changed', async () => {
    const limits = { lock_timeout: 100 };
    const client = withKey(await startTestApp({ database: app.database, limits }), secret);
    const { release } = await holdKey();

    const refused = await rename(client, 'too late');

    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(refused.problem).toMatchObject({
      code: 'unavailable',
      detail: expect.stringMatching(/kept this one waiting for too long.*Try again/),
    });
    expect(await readName()).toBe(NAME);
    await release();
    expect((await rename(client, NAME)).status).toBe(200);
  });

  it('is answered 503 when its statement is stopped, with nothing changed', async () => {
    const { pid, release } = await holdKey();
    const stop =
      'select pg_cancel_backend(pid) from pg_stat_activity where $1 = any (pg_blocking_pids(pid))';

    const renaming = rename(withKey(app, secret), 'stopped');
    await vi.waitUntil(async () => (await query(stop, [pid])).length > 0);
    const refused = await renaming;

    expect(refused.status).toBe(503);
    expect(refused.problem).toMatchObject({
      code: 'unavailable',
      detail: expect.stringMatching(/took the database too long.*Try again/),
    });
    expect(await readName()).toBe(NAME);
    await release();
  });
});

it('loses a transaction, and its locks, whose process stands still', async () => {
  const limits = { idle_in_transaction_session_timeout: 50 };
  const connection = connect(app.database, 1, () => undefined, limits);
  onTestFinished(() => connection.pool.end());
  const alive = 'select 1 from pg_stat_activity where pid = $1';

  const changed = connection.db.transaction(async (tx) => {
    const { rows } = await tx.execute<{ pid: number }>(sql`
      select pg_backend_pid() as pid from api_key for update`);
    const isAlive = async () => (await query(alive, [rows[0]?.pid])).length > 0;
    await vi.waitUntil(async () => !(await isAlive()));
    await tx.execute(sql`select 1`);
  });

  await expect(changed).rejects.toSatisfy(isUnavailable);
  await query('select 1 from api_key for update');
});

/** Deletes an organization that is not the one of the other tests. */
function deleteAnother(): Promise<Answer> {
  const body = JSON.stringify({ name: 'Another', password: PASSWORD });
  const type = { 'content-type': 'application/json' };
  return another.owner.client.raw('DELETE', '/v1/organization', body, type);
}

/** The key itself stops in a transaction like any other. */
async function cascade(): Promise<Answer> {
  const child = await makeKey(app, owner);
  await query('update api_key set created_by_key_id = $1 where id = $2', [key.id, child.id]);
  return owner.post(`/v1/api-keys/${key.id}/revoke`, { cascade: true });
}

describe('a change of all keys of somebody', () => {
  it.each<[what: string, change: (memberId: string) => Promise<Answer>]>([
    ['the end of a membership', (id) => owner.delete(`/v1/members/${id}`)],
    ['a shorter lifetime', () => owner.patch('/v1/security', { keyLifetimeDaysMax: 100 })],
    ['the end of an organization', () => deleteAnother()],
    ['a cascade', () => cascade()],
  ])('has more time for a statement than others: %s', async (_what, change) => {
    const { organizationId } = await claimedOrganization(app);
    const { memberId } = await addMember(app, organizationId, 'viewer');
    await query('create table seen (statement_timeout text)');
    await query(`
      create function see() returns trigger language plpgsql as $$ begin
        insert into seen values (current_setting('statement_timeout')); return null;
      end $$`);
    await query(
      'create trigger see after insert on audit_event for each row execute function see()',
    );

    const { status } = await change(memberId);

    const seen = await query('select distinct statement_timeout from seen');
    await query('drop function see cascade');
    await query('drop table seen');
    expect(status).toBeLessThan(300);
    expect(seen).toContainEqual({ statement_timeout: '15s' });
  });
});
