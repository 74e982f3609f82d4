import { sql } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { change } from '../db/schema/index.ts';
import type { Change } from './change.ts';
import { countVersions } from './count-versions.ts';

const CHANGE_LOCK = 7_420_002;
/** A statement takes 65,535 parameters; a setting can touch more keys than that. */
const ROWS_MAX = 5000;

/**
 * Appends the changes, counts the versions of the workspaces that they concern, and returns the id
 * of the last change, or 0 for none. Must be the transaction's last statement: the lock holds until
 * its end, and only so do ids and versions rise in the order of commits; a follower that has seen
 * id 7 would else never look for a late 6.
 */
export async function appendChanges(
  tx: Transaction,
  organizationId: string,
  changes: readonly Change[],
): Promise<number> {
  if (changes.length === 0) return 0;
  await tx.execute(sql`select pg_advisory_xact_lock(${CHANGE_LOCK})`);
  let last = 0;
  for (let at = 0; at < changes.length; at += ROWS_MAX) {
    const part = changes.slice(at, at + ROWS_MAX);
    const rows = await tx
      .insert(change)
      .values(part.map(({ kind, subjectId }) => ({ organizationId, kind, subjectId })))
      .returning({ id: change.id });
    await countVersions(tx, organizationId, part, rows);
    last = Math.max(last, ...rows.map((row) => row.id));
  }
  return last;
}
