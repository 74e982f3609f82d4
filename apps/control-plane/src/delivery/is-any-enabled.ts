import { sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';

/** Whether there is anything to send to, of all organizations. */
export async function isAnyEnabled(
  db: Database,
  table: 'log_stream' | 'chat_destination' | 'webhook_endpoint',
): Promise<boolean> {
  const { rows } = await db.execute<{ found: boolean }>(
    sql`select exists (select from ${sql.identifier(table)} where status = 'enabled') as found`,
  );
  return rows[0]?.found === true;
}
