/** Looks at tables as they are stored, whatever the schema says of them. */
import { sql } from 'drizzle-orm';
import type { TestApp } from './test-app.ts';

/** What changes by itself: leases, counts (of failed sign-ins too), and throttles. */
const RESTLESS =
  /^(control_plane|key_usage|organization_usage|usage_source|attempt|sign_in_failure)$/;

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
  const parts = (await listTables(app)).map(
    (
      table,
    ) => sql`select ${table}::text as table, coalesce(string_agg(facts, E'\n' order by facts), '') as rows
      from (select (to_jsonb(t) - 'last_used_at' - 'last_call_at' - 'last_seen_at')::text as facts
        from ${sql.raw(table)} t) each`,
  );
  const { rows } = await app.services.db.execute<{ table: string; rows: string }>(
    sql.join(parts, sql` union all `),
  );
  return Object.fromEntries(rows.map((row) => [row.table, row.rows]));
}
