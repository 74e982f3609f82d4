import { type Route, routes } from '@tollkeeper/contract';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordSignInFailures } from '../features/identity/index.ts';
import { purgeOutdated } from '../jobs/purge-outdated.ts';
import { visitor } from '../testing/sign-in.ts';
import { type SmtpServer, startSmtpServer } from '../testing/smtp-server.ts';
import { startOrganization, type TestOrganization } from '../testing/start-organization.ts';
import { OWNER, type TestApp } from '../testing/test-app.ts';
import { AUTH_ENDPOINTS } from './auth-endpoints.ts';

/** All that anyone may call without a credential. */
const ADDRESSES = [
  ...Object.values<Route>(routes)
    .filter(({ access }) => access === 'public')
    .map(({ method, path }) => ({ method, path })),
  ...AUTH_ENDPOINTS.map(({ method, name }) => ({ method, path: `/api/auth/${name}` })),
];
/** What processes write by themselves, and overwrite. */
const OWN = ['control_plane', 'key_usage', 'organization_usage', 'usage_source'];
const ROUNDS = process.env.LONG ? 25 : 10;
const ROW_BYTES_MAX = 2048;

let app: TestApp;
let query: TestOrganization['query'];
let smtp: SmtpServer;

beforeAll(async () => {
  smtp = await startSmtpServer();
  const mail = { url: smtp.url, from: 'keys@example.com' };
  ({ app, query } = await startOrganization({ mail, trustedProxies: ['127.0.0.1'] }));
});

async function tables(): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> all($1)`,
    [OWN],
  );
  return rows.map(({ name }) => `"${name}"`);
}

type Size = { rows: number; bytes: number };
type Sizes = Map<string, Size>;

async function sizes(): Promise<Sizes> {
  const found: Sizes = new Map();
  for (const table of await tables()) {
    await query(`vacuum full ${table}`);
    const [row] = await query<Size>(
      `select (select count(*)::int from ${table}) as rows, pg_total_relation_size('${table}')::int as bytes`,
    );
    if (row) found.set(table, row);
  }
  return found;
}

/**
 * Whether a table holds as many rows as before, in no more space. Less is right, too: the size
 * before includes rows deleted just then, which VACUUM keeps while an older transaction runs.
 */
function fitsIn(size: Size, before: Size | undefined): boolean {
  return before !== undefined && size.rows === before.rows && size.bytes <= before.bytes;
}

function grown(before: Sizes, after: Sizes): string[] {
  return [...after]
    .filter(([table, { rows }]) => rows > (before.get(table)?.rows ?? 0))
    .map(([table]) => table);
}

/** Moves every time in the table into the past, as if it had been stored a year ago. */
async function age(table: string): Promise<void> {
  const columns = await query<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns
     where table_schema = 'public' and quote_ident(table_name) = any($1) and data_type like 'timestamp%'`,
    [[table, table.replaceAll('"', '')]],
  );
  const moves = columns.map(({ name }) => `${name} = ${name} - interval '1 year'`);
  if (moves.length > 0) await query(`update ${table} set ${moves.join(', ')}`);
}

/** Every field that any of the endpoints knows, as large as a body may be. */
function body(round: number, path: string): object {
  const large = `${round}-${'x'.repeat(20_000)}`;
  const fields = {
    ...{ token: large, name: large, email: `${round}@example.com`, password: large },
    ...{ code: large, response: { id: large }, id: large, userCode: large, device_code: large },
  };
  if (path.endsWith('device/code')) return { client_id: 'tollkeeper-cli', scope: large };
  return fields;
}

/** What an endpoint takes, as much and as often as a stranger may send it. */
function fitting(round: number, path: string): object {
  if (path.endsWith('device/code')) return { client_id: 'tollkeeper-cli', scope: 'y'.repeat(64) };
  if (path.endsWith('sign-in/email')) {
    return { email: `${'e'.repeat(200)}${round}@example.com`, password: 'p'.repeat(128) };
  }
  if (path.endsWith('password-resets')) return { email: OWNER.email };
  return {};
}

it('keeps nothing of all that strangers send, once it is purged; and little until then', async () => {
  // Claiming the server took attempts, too.
  await query('delete from attempt');
  const before = await sizes();
  for (let round = 0; round < ROUNDS; round += 1) {
    const client = visitor(app);
    const network = round % 4;
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'u'.repeat(4000),
      'x-forwarded-for': `2001:db8:0:${network}::${round + 1}`,
    };
    await Promise.all(
      ADDRESSES.flatMap(({ method, path }) =>
        method === 'GET'
          ? [client.raw('GET', `${path}?name=${'n'.repeat(4000)}`, undefined, headers)]
          : [body, fitting].map((make) =>
              client.raw(method, path, JSON.stringify(make(round, path)), headers),
            ),
      ),
    );
  }

  // As many as one account may request; each is mailed once its row is stored.
  await vi.waitFor(() => expect(smtp.mails).toHaveLength(5));

  const full = await sizes();
  // Else the test would show nothing.
  expect(grown(before, full)).toEqual(expect.arrayContaining(['"device_code"', '"verification"']));
  for (const table of grown(before, full)) {
    const [row] = await query<{ bytes: number }>(
      `select max(pg_column_size(t.*))::int as bytes from ${table} t`,
    );
    expect([table, (row?.bytes ?? 0) < ROW_BYTES_MAX]).toEqual([table, true]);
    expect([table, (full.get(table)?.rows ?? 0) < ROUNDS * 10]).toEqual([table, true]);
  }

  // The job queue deletes its own rows, each after the times that the row names.
  const [messages] = await query<{ count: number; bytes: number; waits: number; stays: number }>(
    `select count(*)::int as count, max(pg_column_size(t.*))::int as bytes,
       max(extract(epoch from keep_until - start_after))::int as waits,
       max(deletion_seconds)::int as stays
     from pgboss.job t where name = 'mail-reset-link'`,
  );
  expect(messages).toMatchObject({ count: 5, waits: 3600, stays: 3600 });
  expect(messages?.bytes).toBeLessThan(ROW_BYTES_MAX);

  // VACUUM keeps a deleted row while any older transaction still runs.
  await vi.waitFor(async () => {
    for (const table of grown(before, await sizes())) await age(table);
    await purgeOutdated(app.services.db);
    await recordSignInFailures(app.services);
    const after = await sizes();
    expect([...after].filter(([table, size]) => !fitsIn(size, before.get(table)))).toEqual([]);
  });
});

it('lets a network begin twenty device logins in ten minutes, and says how long to wait', async () => {
  await query('delete from attempt');
  const begin = (from: string) =>
    visitor(app).post(
      '/api/auth/device/code',
      { client_id: 'tollkeeper-cli' },
      { 'x-forwarded-for': from },
    );
  for (let count = 0; count < 20; count += 1) {
    expect((await begin(`2001:db8::${count + 1}`)).status).toBe(200);
  }
  const refused = await begin('2001:db8::ffff');
  expect(refused.problem).toMatchObject({ status: 429, code: 'rate_limited' });
  expect(refused.problem.detail).toContain(
    `Try again in ${refused.headers.get('retry-after')} second`,
  );
  expect((await begin('2001:db8:0:1::1')).status).toBe(200);
});

describe('once all networks together have begun as many as they may', () => {
  const begin = (from: string) =>
    visitor(app).post(
      '/api/auth/device/code',
      { client_id: 'tollkeeper-cli' },
      { 'x-forwarded-for': from },
    );

  beforeEach(async () => {
    await query('delete from attempt');
    for (let count = 0; count < 6; count += 1) await begin('192.0.2.1');
    await query(`update attempt set count = 2000 where key like 'device/code/all:%'`);
  });

  it('keeps out those who began many, and nobody who begins a few', async () => {
    expect((await begin('192.0.2.1')).status).toBe(429);
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1) statuses.push((await begin('192.0.2.2')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it('lets nobody use the rest up from the many networks of one IPv6 /48', async () => {
    const statuses: number[] = [];
    for (let network = 0; network < 52; network += 1) {
      statuses.push((await begin(`2001:db8:1:${network.toString(16)}::1`)).status);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    expect((await begin('2001:db8:1:ffff::1')).status).toBe(429);
    expect((await begin('2001:db8:2::1')).status).toBe(200);
  });

  it('bounds what those who begin a few may store', async () => {
    expect((await begin('192.0.2.2')).status).toBe(200);
    await query(`update attempt set count = 20000 where key like 'device/code/reserve:%'`);
    expect((await begin('192.0.2.2')).status).toBe(429);
  });
});

it('lets a passkey be asked for while strangers have used up all challenges', async () => {
  await query('delete from attempt');
  const challenge = () => visitor(app).get('/api/auth/passkey/generate-authenticate-options');
  expect((await challenge()).status).toBe(200);
  await query(`update attempt set count = 10000 where key like '%authenticate-options/all:%'`);
  expect((await challenge()).status).toBe(200);
});
