import { sql } from 'drizzle-orm';
import type { Transaction } from './transaction.ts';

/**
 * Runs a part of a transaction whose statements must end by then, as others wait for its locks. One that
 * does not fails with a statement timeout, after which the transaction can only be rolled back.
 * @param endsAt by `performance.now()`
 */
export async function endStatementsBy<T>(
  tx: Transaction,
  endsAt: number,
  work: () => Promise<T>,
): Promise<T> {
  const leftMs = Math.max(1, Math.ceil(endsAt - performance.now()));
  const { rows } = await tx.execute<{ before: string }>(sql`
    with known as materialized (select current_setting('statement_timeout') as before)
    select before, set_config('statement_timeout', ${String(leftMs)}, true) from known`);
  const result = await work();
  await tx.execute(sql`select set_config('statement_timeout', ${rows[0]?.before ?? '0'}, true)`);
  return result;
}
