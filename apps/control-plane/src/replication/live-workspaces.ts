import { inArray } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { workspace } from '../db/schema/index.ts';

/** The organization of each workspace. */
export async function loadWorkspaces(db: Database): Promise<Map<string, string>> {
  const rows = await selectPlaces(db);
  return new Map(rows.map((row) => [row.id, row.organizationId]));
}

/** The same for those that were created or deleted. */
export async function applyWorkspaces(
  db: Database,
  workspaces: Map<string, string>,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await selectPlaces(db).where(inArray(workspace.id, [...ids]));
  for (const id of ids) workspaces.delete(id);
  for (const row of rows) workspaces.set(row.id, row.organizationId);
}

function selectPlaces(db: Database) {
  return db
    .select({ id: workspace.id, organizationId: workspace.organizationId })
    .from(workspace)
    .$dynamic();
}
