/** Looks at tables as they are stored, whatever the schema says of them. */
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { atFileEnd } from './at-file-end.ts';
import type { TestApp } from './test-app.ts';

/** What changes by itself: leases, counts (of failed sign-ins too), throttles, and what a job integrates. */
const RESTLESS =
  /^(control_plane|key_usage|organization_usage|usage_source|scope_use|attempt|sign_in_failure|transparency_log|transparency_log_tile)$/;

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

/** The rows of every table as one text for each: equal only when nothing but counts changed. */
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
  const text = (await listTables(app)).map(selectRows).join(' union all ');
  const client = new pg.Client(app.database);
  client.on('error', () => undefined);
  await client.connect();
  atFileEnd(() => client.end());
  return async () => (await client.query({ name: 'read-tables', text })).rows;
}

function selectRows(table: string): string {
  return `select '${table}' as table, coalesce(string_agg(facts, E'\n' order by facts), '') as rows
    from (select (to_jsonb(t) - 'last_used_at' - 'last_call_at' - 'last_seen_at')::text as facts
      from ${table} t) each`;
}
