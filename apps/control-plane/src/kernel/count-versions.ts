import { eq, sql } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { workspace, workspaceChange } from '../db/schema/index.ts';
import type { Change } from './change.ts';

/**
 * Gives each change the next version of every workspace that it concerns: a key that is confined
 * concerns its workspace, anything else all of the organization. Runs under the lock of
 * `appendChanges`, so that versions leave no gap and rise in the order of commits.
 * @param rows the stored changes, in the same order
 */
export async function countVersions(
  tx: Transaction,
  organizationId: string,
  changes: readonly Change[],
  rows: readonly { readonly id: number }[],
): Promise<void> {
  const everywhere = changes.some((each) => placeOf(each) === 'everywhere');
  const named = new Set(changes.map(placeOf));
  const counted = (await lockVersions(tx, organizationId)).flatMap(({ id, version, mark }) => {
    if (!everywhere && !named.has(id)) return [];
    const ids = rows.filter((_, at) => concerns(changes[at], id)).map((row) => row.id);
    return ids.length > 0 ? [{ id, version, mark, changeIds: ids }] : [];
  });
  for (const { id, version, mark, changeIds } of counted) {
    await tx
      .update(workspace)
      .set({ version: version + changeIds.length, mark: sql`gen_random_uuid()` })
      .where(eq(workspace.id, id));
    await tx.execute(sql`
      insert into ${workspaceChange} (workspace_id, version, change_id, previous_mark, at)
      select ${id}, ${version} + number, change_id,
        case when number = 1 then ${mark}::uuid end, clock_timestamp()
      from unnest(${sql.param(changeIds)}::bigint[]) with ordinality as counted(change_id, number)`);
  }
}

function lockVersions(tx: Transaction, organizationId: string) {
  return tx
    .select({ id: workspace.id, version: workspace.version, mark: workspace.mark })
    .from(workspace)
    .where(eq(workspace.organizationId, organizationId))
    .orderBy(workspace.id)
    .for('no key update');
}

function concerns(change: Change | undefined, workspaceId: string): boolean {
  const place = change && placeOf(change);
  return place === 'everywhere' || place === workspaceId;
}

/** The id of a workspace, everywhere in the organization, or nowhere in what gateways decide with. */
function placeOf(change: Change): string {
  if (change.kind === 'gateway') return 'nowhere';
  return change.kind === 'key' ? (change.workspaceId ?? 'everywhere') : 'everywhere';
}
