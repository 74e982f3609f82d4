/** Looks at tables as they are stored, whatever the schema says of them. */
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { atFileEnd } from './at-file-end.ts';
import type { TestApp } from './test-app.ts';

/** What changes by itself: leases, counts (of failed sign-ins too), throttles, and what a job integrates. */
const RESTLESS =
  /^(control_plane|key_usage|organization_usage|usage_source|scope_use|key_network|attempt|sign_in_failure|transparency_log|transparency_log_tile)$/;

/** Every table that stands still by itself, with its schema, quoted. */
export async function listTables({ services }: TestApp, schemas = ['public']): Promise<string[]> {
  const { rows } = await services.db.execute<{ schema: string; name: string }>(
    sql`select table_schema as schema, table_name as name from information_schema.tables
        where table_schema = any(${sql.param(schemas)}::text[]) and table_type = 'BASE TABLE'
        order by 1, 2`,
  );
  return rows
    .filter(({ name }) => !RESTLESS.test(name))
    .map(({ schema, name }) => `"${schema}"."${name}"`);
}

/** Of columns that change by themselves. */
const RESTLESS_COLUMNS = ['last_used_at', 'last_call_at', 'last_seen_at'];

/**
 * A text for each table: equal only when nothing but counts changed. It is what the rows say where some of
 * their columns are restless, else how many there are and which was written last, which costs a tenth.
 */
export async function readTables(app: TestApp): Promise<Record<string, string>> {
  const reader = readers.get(app.database) ?? openReader(app);
  readers.set(app.database, reader);
  const rows = await (await reader)();
  return Object.fromEntries(rows.map((row) => [row.table, row.rows]));
}

type Reader = () => Promise<{ table: string; rows: string }[]>;

/** By database. Some tests read all of it hundreds of times: the server plans that once. */
const readers = new WeakMap<pg.ClientConfig, Promise<Reader>>();

async function openReader(app: TestApp): Promise<Reader> {
  const restless = await withRestlessColumns(app);
  const tables = await listTables(app);
  const text = tables
    .map((table) => (restless.has(table) ? selectRows(table) : selectLast(table)))
    .join(' union all ');
  const client = new pg.Client(app.database);
  client.on('error', () => undefined);
  await client.connect();
  atFileEnd(() => client.end());
  return async () => (await client.query({ name: 'read-tables', text })).rows;
}

async function withRestlessColumns({ services }: TestApp): Promise<Set<string>> {
  const { rows } = await services.db.execute<{ table: string }>(
    sql`select distinct format('"%s"."%s"', table_schema, table_name) as table
        from information_schema.columns where column_name = any(${sql.param(RESTLESS_COLUMNS)}::text[])`,
  );
  return new Set(rows.map(({ table }) => table));
}

function selectRows(table: string): string {
  const calm = RESTLESS_COLUMNS.map((name) => ` - '${name}'`).join('');
  return `select '${table}' as table, coalesce(string_agg(facts, E'\n' order by facts), '') as rows
    from (select (to_jsonb(t)${calm})::text as facts from ${table} t) each`;
}

/** `xmin` is the transaction that wrote the row. */
function selectLast(table: string): string {
  return `select '${table}' as table, concat(count(*), ' rows, the last written: ', (
      select to_jsonb(t) from ${table} t order by xmin::text::bigint desc, ctid desc limit 1
    )) as rows
    from ${table}`;
}
