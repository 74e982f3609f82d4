import { eq, sql } from 'drizzle-orm';
import { notificationCursor } from '../../db/schema/index.ts';
import type { DeriveServices } from './derive-notifications.ts';
import type { Happening } from './happening.ts';
import { storeNotifications } from './store-notifications.ts';

/** Something that a job found, under a name that is new whenever it happens again. */
export interface NamedFinding {
  readonly finding: string;
  readonly happening: Happening;
}

/** Findings of one transaction. */
const PART_MAX = 1000;

/**
 * Stores what a job found and nobody was notified of yet: however often it is found, and by however many processes.
 * @returns how many are new
 */
export async function storeFindings(
  services: DeriveServices,
  organizationId: string,
  found: readonly NamedFinding[],
): Promise<number> {
  let stored = 0;
  for (let at = 0; at < found.length; at += PART_MAX) {
    stored += await storePart(services, organizationId, found.slice(at, at + PART_MAX));
  }
  return stored;
}

function storePart(
  services: DeriveServices,
  organizationId: string,
  found: readonly NamedFinding[],
): Promise<number> {
  return services.db.transaction(async (tx) => {
    const [cursor] = await tx
      .select()
      .from(notificationCursor)
      .where(eq(notificationCursor.organizationId, organizationId))
      .for('update');
    // A new organization has one within a minute.
    if (!cursor) return 0;
    const names = found.map(({ finding }) => finding);
    const { rows } = await tx.execute<{ finding: string }>(sql`
      insert into notification_finding (organization_id, finding, at)
      select ${organizationId}, finding, ${services.clock().toISOString()}::timestamptz
      from unnest(${sql.param(names)}::text[]) as finding
      on conflict do nothing
      returning finding`);
    const isNew = new Set(rows.map(({ finding }) => finding));
    const happenings = found
      .filter(({ finding }) => isNew.has(finding))
      .map(({ happening }) => happening);
    await storeNotifications(tx, services, cursor, happenings);
    return happenings.length;
  });
}
