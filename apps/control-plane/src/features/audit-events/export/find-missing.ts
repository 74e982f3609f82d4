import { and, count, eq, gt, lte, sql } from 'drizzle-orm';
import type { Database } from '../../../db/connect.ts';
import { auditEvent, organization } from '../../../db/schema/index.ts';

/** Indexes of leaves, from the first to before the last. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

interface Part {
  /** The last event before the part. */
  readonly after: number;
  /** Its last event. */
  readonly through: number;
  /** How many events of the part are known to be there. */
  readonly found: number;
}

/** Events that the retention has not deleted, and that are not there all the same. */
export async function findMissing(
  db: Database,
  organizationId: string,
  { after, through, found }: Part,
): Promise<Range[]> {
  if (found >= through - after) return [];
  const [row] = await db
    .select({ first: organization.auditFirstSequence })
    .from(organization)
    .where(eq(organization.id, organizationId));
  const last = Math.max(after, (row?.first ?? 1) - 1);
  if (last >= through) return [];
  const isInPart = and(
    eq(auditEvent.organizationId, organizationId),
    gt(auditEvent.sequence, last),
    lte(auditEvent.sequence, through),
  );
  const [stored] = await db.select({ events: count() }).from(auditEvent).where(isInPart);
  if ((stored?.events ?? 0) >= through - last) return [];
  const { rows } = await db.execute<{ start: string; end: string }>(sql`
    select min(number) - 1 as start, max(number) as end from (
      select number, number - row_number() over (order by number) as island
      from generate_series(${last + 1}::bigint, ${through}::bigint) as number
      where number >= (select ${organization.auditFirstSequence} from ${organization}
          where ${organization.id} = ${organizationId})
        and not exists (select from ${auditEvent} where ${auditEvent.organizationId} = ${organizationId}
          and ${auditEvent.sequence} = number)
    ) as missing
    group by island order by 1`);
  return rows.map(({ start, end }) => ({ start: Number(start), end: Number(end) }));
}
