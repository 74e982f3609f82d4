import { type KeyIndex, putOrganization } from '@tollkeeper/verify';
import { and, inArray, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { organization } from '../db/schema/index.ts';

/** Puts what organizations ask of all their keys into the index. */
export async function loadOrganizations(db: Database, index: KeyIndex): Promise<void> {
  for (const row of await selectBound(db)) putOrganization(index, row);
}

/** The same for those that changed, or are gone. */
export async function applyOrganizations(
  db: Database,
  index: KeyIndex,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const rows = await selectBound(db, ids);
  const bound = new Map(rows.map((row) => [row.organizationId, row]));
  for (const organizationId of ids) {
    putOrganization(index, bound.get(organizationId) ?? { organizationId, allowedIps: [] });
  }
}

/** Only those that bind their keys to addresses; of any other there is nothing to know. */
function selectBound(db: Database, ids?: readonly string[]) {
  return db
    .select({ organizationId: organization.id, allowedIps: organization.allowedIps })
    .from(organization)
    .where(and(sql`${organization.allowedIps} <> '{}'`, ids && inArray(organization.id, [...ids])));
}
