import pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { recordSignInFailures } from '../features/identity/index.ts';
import { findKeyFindings } from '../features/notifications/index.ts';
import { disableUnusedKeys } from '../jobs/disable-unused-keys.ts';
import { eraseDeletedOrganizations } from '../jobs/erase-deleted-organizations.ts';
import { purgeOutdated } from '../jobs/purge-outdated.ts';
import type { Client } from '../testing/client.ts';
import { joinWithIdentity, openGateway } from '../testing/gateway-client.ts';
import { makeKey } from '../testing/keys.ts';
import { claimedOrganization } from '../testing/people.ts';
import { queryDatabase } from '../testing/query-database.ts';
import {
  findWideGenericScans,
  findWideScans,
  recordStatements,
  type Statement,
} from '../testing/reads/explain-statements.ts';
import { type Filled, fillDatabase } from '../testing/reads/fill-database.ts';
import { listReads } from '../testing/reads/list-reads.ts';
import { visitor } from '../testing/sign-in.ts';
import { claimServer, OWNER, startTestApp, type TestApp, withKey } from '../testing/test-app.ts';

/**
 * One row for each process, and one for each migration. Of the cascades, an organization has a few at a
 * time; here there are none, which any plan finds at once.
 */
const FEW_ROWS = ['control_plane', '__drizzle_migrations', 'running_cascade', 'cascade_progress'];

/** Words that are frequent and rare, a text that is short, and the prefix of a key. */
const SEARCHES = ['ci-pipeline', 'pipeline-99', 'ci', 'tk_live_0a'];

const NEW_KEY = { name: 'ci-pipeline', profile: 'custom', scopes: ['usage.read'] };

let app: TestApp;
let owner: Client;
let filled: Filled;

beforeAll(async () => {
  app = await startTestApp();
  owner = await claimServer(app);
  const place = await claimedOrganization(app);
  const scale = { keys: 3000, auditEvents: 6000, rowsEach: 10 };
  filled = await fillDatabase(queryDatabase(app.database), place, scale);
});

/** The statements of the work that read a whole table other than these. */
async function readWhole(
  work: () => Promise<unknown>,
  mayBeWhole?: readonly string[],
): Promise<object[]> {
  return whollyRead(await recordStatements(work), mayBeWhole);
}

async function whollyRead(
  statements: readonly Statement[],
  mayBeWhole: readonly string[] = [],
): Promise<object[]> {
  const scans = await findWideScans(app.database, statements);
  return scans.filter(({ table }) => ![...FEW_ROWS, ...mayBeWhole].includes(table));
}

let read: Promise<Statement[]> | undefined;

/** Those of every GET, for a key and for a session. */
function statementsOfReads(): Promise<Statement[]> {
  read ??= recordReads();
  return read;
}

async function recordReads(): Promise<Statement[]> {
  const reader = await startTestApp({ database: app.database });
  // A value that leaves the statement as it is shows nothing more.
  const known = { ...filled, searches: SEARCHES, tags: ['ci'] };
  return recordStatements(async () => {
    for (const client of [withKey(reader, filled.secret), owner]) {
      for (const { path } of listReads(known)) {
        expect((await client.get(path)).status, path).toBeOneOf([200, 403]);
      }
    }
  });
}

it('finds by an index what every GET shows', async () => {
  expect(await whollyRead(await statementsOfReads())).toEqual([]);
});

it('finds by an index what a change, a sign-in and a count need, and what follows from them', async () => {
  const credentials = { email: OWNER.email, password: OWNER.password };
  const origin = { origin: app.baseUrl };
  const wide = await readWhole(async () => {
    const key = await makeKey(app, owner);
    await key.client.get('/v1/whoami');
    await owner.post(`/v1/api-keys/${key.id}/disable`);
    await owner.post(`/v1/api-keys/${key.id}/revoke`, { cascade: true });
    await owner.delete(`/v1/api-keys/${key.id}`);
    expect((await owner.get(`/v1/api-keys/${key.id}/propagation`)).status).toBe(200);
    await visitor(app).post('/api/auth/sign-in/email', credentials, origin);
    await app.services.usage.flush();
  });
  expect(wide).toEqual([]);
});

it('finds by an index what a gateway needs that joins and connects', async () => {
  const wide = await readWhole(async () => {
    const joined = await joinWithIdentity(app, owner, filled.ids[2] ?? '');
    const gateway = openGateway(app, joined);
    await gateway.hello();
    gateway.close();
  });
  expect(wide).toEqual([]);
});

it('reads whole tables at a start only to hold what is in them', async () => {
  const held = ['organization', 'member', 'role', 'workspace', 'api_key', 'api_key_secret'];
  const wide = await readWhole(async () => {
    const other = await startTestApp({ database: app.database });
    await other.close();
  }, [...held, 'policy', 'gateway_connection']);
  expect(wide).toEqual([]);
});

it('reads whole tables in jobs only once an hour, and none that grows with keys or calls', async () => {
  const { services } = app;
  // An index of their own would cost each sign-in and creation more than the purge costs an hour.
  const purged = [
    'session',
    'verification',
    'device_code',
    'deleted_key',
    'key_rotation',
    'key_edit',
    'key_network',
  ];
  // Failed sign-ins are kept for an hour, one row for each account and minute.
  const few = [
    ...['organization', 'stripe_customer', 'gateway_connection', 'join_key', 'usage_source'],
    'sign_in_failure',
    'webhook_endpoint',
    'log_stream',
    'chat_destination',
  ];
  const wide = await readWhole(async () => {
    await purgeOutdated(services.db);
    await disableUnusedKeys(services);
    await findKeyFindings(services);
    await recordSignInFailures(services);
    await eraseDeletedOrganizations(services);
  }, [...purged, ...few]);
  expect(wide).toEqual([]);
});

it('finds by an index the answers to forget, of what ceased to exist', async () => {
  const query = queryDatabase(app.database);
  await query(
    `insert into idempotency (organization_id, actor_id, key, request_hash, answer, created_at)
     select (select min(organization_id) from audit_chain), 'mem_' || n, n::text, '\\x00',
       jsonb_build_object('id', 'thing' || n), now() from generate_series(1, 5000) n`,
  );
  await query('analyze idempotency');
  const key = await makeKey(app, owner);
  const statements = await recordStatements(() => owner.delete(`/v1/api-keys/${key.id}`));
  const [forgetting] = statements.filter(({ text }) => text.startsWith('update "idempotency"'));
  const { text = '', values = [] } = forgetting ?? {};
  const plan = await query<{ 'QUERY PLAN': string }>(`explain ${text}`, [...values]);
  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('idempotency_created');
  await query(`delete from idempotency where actor_id ~ '^mem_[0-9]+$'`);
});

it('finds by an index what prepared statements need, also by the plan that serves any value', async () => {
  const query = queryDatabase(app.database);
  for (const text of MANY) await query(text);
  const reads = await statementsOfReads();
  const key = await makeKey(app, owner, { scopes: ['api_keys.create', 'usage.read'] });
  const changes = await recordStatements(async () => {
    const credentials = { email: OWNER.email, password: OWNER.password };
    await visitor(app).post('/api/auth/sign-in/email', credentials, { origin: app.baseUrl });
    for (const client of [owner, key.client]) {
      for (const idempotencyKey of ['one', 'two']) {
        const headers = { 'idempotency-key': idempotencyKey };
        expect((await client.post('/v1/api-keys', NEW_KEY, headers)).status).toBe(201);
      }
    }
    await owner.post(`/v1/api-keys/${key.id}/disable`);
    await app.services.usage.flush();
  });
  const prepared = [...reads, ...changes].filter(({ name }) => name !== undefined);
  expect(prepared.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['whoami', 'select-session-member', 'select-changes']),
  );
  // Of the other tables, an organization has a few dozen rows: to read all of them costs less.
  const large = await query<{ name: string }>(
    'select relname as name from pg_class where reltuples >= 1000',
  );
  const wide = await findWideGenericScans(app.database, prepared);
  expect(wide.filter(({ table }) => large.some(({ name }) => name === table))).toEqual([]);
});

/** Rows in what the database of this file has few of. */
const MANY = [
  `insert into "user" (id, name, email) select 'many' || n, 'Many', 'many' || n || '@example.com'
   from generate_series(1, 5000) n`,
  `insert into member (id, organization_id, user_id, role_id, status, created_at)
   select 'mem_' || lpad(n::text, 20, 'M'), (select min(organization_id) from audit_chain),
     'many' || n, 'role_viewer', 'active', now() from generate_series(1, 5000) n`,
  `insert into idempotency (organization_id, actor_id, key, request_hash, answer, created_at)
   select (select min(organization_id) from audit_chain), 'mem_' || lpad(n::text, 20, 'M'), n::text,
     '\\x00', '{}', now() from generate_series(1, 5000) n`,
  'analyze',
];

it('finds by its id whatever decides a creation, also by plans from when there were few keys', async () => {
  const own = await startTestApp();
  const session = await claimServer(own);
  const statements = await recordStatements(async () => {
    const key = await makeKey(own, session, { profile: 'organization' });
    expect((await key.client.post('/v1/api-keys', NEW_KEY)).status).toBe(201);
  });
  const deciding = statements.filter(({ text }) => text.includes('"asText"'));
  const plans = await planOnce(own.database, deciding);
  const indexes = plans.flatMap((plan) => plan.match(/(?<=Scan using )\S+|(?<=Seq Scan on )\S+/g));
  expect(new Set(indexes)).toEqual(
    new Set([
      'audit_chain_pkey',
      'api_key_pkey',
      'member_pkey',
      'role_pkey',
      // Of cascades that are under way, which are few.
      'running_cascade_organization_id_index',
      'session_pkey',
      'organization_pkey',
      'user_pkey',
    ]),
  );
});

/** How a connection that executes the statement often comes to execute it, whatever the values are. */
async function planOnce(
  database: pg.ClientConfig,
  statements: readonly Statement[],
): Promise<string[]> {
  const client = new pg.Client(database);
  await client.connect();
  try {
    await client.query('set plan_cache_mode = force_generic_plan');
    const plans: string[] = [];
    for (const [at, { text, values }] of statements.entries()) {
      await client.query(`prepare statement_${at} as ${text}`);
      const given = values.map((each) => (each === null ? 'null' : pg.escapeLiteral(`${each}`)));
      const { rows } = await client.query(`explain execute statement_${at} (${given.join(', ')})`);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  } finally {
    await client.end();
  }
}
