import { sql } from 'drizzle-orm';
import pg from 'pg';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isUnavailable } from '../kernel/database-errors.ts';
import type { Client } from '../testing/client.ts';
import { makeKey, type TestKey } from '../testing/keys.ts';
import { type Query, queryDatabase } from '../testing/query-database.ts';
import { claimServer, startTestApp, type TestApp, withKey } from '../testing/test-app.ts';
import { connect } from './connect.ts';

const NAME = 'a key';

let app: TestApp;
let query: Query;
let key: TestKey;
let secret: string;

beforeAll(async () => {
  app = await startTestApp();
  const owner = await claimServer(app);
  query = queryDatabase(app.database);
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

  expect(rows).toEqual([{ statement: '5s', lock: '4s', idle: '10s' }]);
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
    await vi.waitUntil(async () => (await query(stop, [pid])).length > 0, { timeout: 10_000 });
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
  const backends = "select 1 from pg_stat_activity where application_name = 'stands still'";

  const changed = connection.db.transaction(async (tx) => {
    await tx.execute(sql`set local application_name = 'stands still'`);
    await tx.execute(sql`select 1 from api_key for update`);
    await vi.waitUntil(async () => (await query(backends)).length === 0, { timeout: 10_000 });
    await tx.execute(sql`select 1`);
  });

  await expect(changed).rejects.toSatisfy(isUnavailable);
  await query('select 1 from api_key for update nowait');
});
