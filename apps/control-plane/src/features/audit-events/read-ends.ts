import { sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { AUDIT_SEGMENT_EVENTS, auditChain, auditSegment } from '../../db/schema/index.ts';

interface Ends {
  /** The last event of the log. */
  readonly end: number;
  /** The last event that a segment has. */
  readonly indexed: number;
}

/** Sequences; 0 where there is no such event. */
export async function readEnds({ services: { db }, organizationId }: Ctx): Promise<Ends> {
  const { rows } = await db.execute<{ end: string; segments: number }>(sql`
    select
      coalesce((select ${auditChain.sequence} from ${auditChain}
        where ${auditChain.organizationId} = ${organizationId}), 0) as end,
      coalesce((select max(${auditSegment.number}) + 1 from ${auditSegment}
        where ${auditSegment.organizationId} = ${organizationId}), 0) as segments`);
  const [row] = rows;
  return {
    end: Number(row?.end ?? 0),
    indexed: (row?.segments ?? 0) * AUDIT_SEGMENT_EVENTS,
  };
}
