import { type AuditEvent, auditEvent as auditEventSchema } from '@tollkeeper/contract';
import { and, asc, eq, getTableColumns, gt, lte } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import type { Database } from '../../../db/connect.ts';
import { auditEvent } from '../../../db/schema/index.ts';
import { logOrigin } from '../../../transparency-log/index.ts';
import { lineWriter } from '../../audit-events/index.ts';
import { type Batch, DESTINATIONS, type OpenStream } from '../destinations/index.ts';

const { hash: _hash, previousHash: _previousHash, ...eventColumns } = getTableColumns(auditEvent);

const ROWS_AT_ONCE = 250;
const HOUR_MS = 3_600_000;
/** After an hour, how long events of it may come from a process whose clock is late. */
const SETTLE_MS = 5 * 60_000;
/** How often it is looked whether an hour has a full part already. */
const LOOK_MS = 10 * 60_000;

export type Plan =
  | {
      readonly kind: 'batch';
      readonly batch: Batch;
      /** Events between the last one that is done with and the end of the batch that the log has no more. */
      readonly prunedCount: number;
    }
  /** The hour is not over. */
  | { readonly kind: 'wait'; readonly until: Date }
  /** The log has none of the events any more. */
  | { readonly kind: 'pruned'; readonly through: number; readonly prunedCount: number };

type PlanServices = Pick<Services, 'db' | 'baseUrl'>;

/**
 * The next events of a stream, as many as its destination takes at a time. A batch that was begun ends where it did.
 * @param logEnd up to where the log was committed before
 */
export async function planBatch(
  { db, baseUrl }: PlanServices,
  stream: OpenStream,
  logEnd: number,
): Promise<Plan> {
  const { row, now } = stream;
  const { sequence: after, batchTo } = row;
  const destination = DESTINATIONS[row.destination];
  const eventsMax = Math.min(destination.eventsMax, row.batchEventsMax ?? Number.POSITIVE_INFINITY);
  const write = lineWriter(
    row.format === 'ocsf' ? 'ocsf' : 'jsonl',
    logOrigin({ baseUrl }, row.organizationId),
  );
  const records: string[] = [];
  let [first, last, bytes, isFull] = [undefined as AuditEvent | undefined, after, 0, false];
  for await (const event of readForward(db, row.organizationId, after, batchTo ?? logEnd)) {
    first ??= event;
    const record = destination.record({ event, json: write(event).trimEnd() }, stream);
    const size = Buffer.byteLength(record);
    const isBeyond = records.length > 0 && bytes + size > destination.bytesMax;
    const isLater = destination.isHourly && hourOf(event) > hourOf(first);
    isFull = isBeyond || isLater || records.length >= eventsMax;
    if (isFull) break;
    records.push(record);
    bytes += size;
    last = event.sequence;
  }
  if (!first) {
    const through = batchTo ?? logEnd;
    return { kind: 'pruned', through, prunedCount: through - after };
  }
  if (destination.isHourly && !isFull && batchTo === null && records.length < eventsMax) {
    const settledAt = (hourOf(first) + 1) * HOUR_MS + SETTLE_MS;
    if (now.getTime() < settledAt) {
      return { kind: 'wait', until: new Date(Math.min(settledAt, now.getTime() + LOOK_MS)) };
    }
  }
  return {
    kind: 'batch',
    batch: {
      ...{ firstSequence: first.sequence, lastSequence: last, firstAt: first.at },
      ...{ records, bytes, isTest: false },
    },
    prunedCount: last - after - records.length,
  };
}

/** One event, as the destination takes it. */
export function testBatch({ baseUrl }: PlanServices, stream: OpenStream, event: AuditEvent): Batch {
  const { destination, format, organizationId } = stream.row;
  const authority = logOrigin({ baseUrl }, organizationId);
  const json = lineWriter(format === 'ocsf' ? 'ocsf' : 'jsonl', authority)(event).trimEnd();
  const record = DESTINATIONS[destination].record({ event, json }, stream);
  const { sequence, at } = event;
  return {
    ...{ firstSequence: sequence, lastSequence: sequence, firstAt: at, records: [record] },
    ...{ bytes: Buffer.byteLength(record), isTest: true },
  };
}

function hourOf({ at }: AuditEvent): number {
  return Math.floor(Date.parse(at) / HOUR_MS);
}

async function* readForward(
  db: Database,
  organizationId: string,
  after: number,
  until: number,
): AsyncGenerator<AuditEvent> {
  for (let through = after; ; ) {
    const rows = await db
      .select(eventColumns)
      .from(auditEvent)
      .where(
        and(
          eq(auditEvent.organizationId, organizationId),
          gt(auditEvent.sequence, through),
          lte(auditEvent.sequence, until),
        ),
      )
      .orderBy(asc(auditEvent.sequence))
      .limit(ROWS_AT_ONCE);
    yield* rows.map(eventOf);
    const last = rows.at(-1);
    if (!last || rows.length < ROWS_AT_ONCE) return;
    through = last.sequence;
  }
}

type EventRow = Omit<typeof auditEvent.$inferSelect, 'hash' | 'previousHash'>;

/** As it is stored: one that somebody damaged in the database is delivered as it is, and not held up. */
export function eventOf(row: EventRow): AuditEvent {
  const event = { ...row, at: row.at.toISOString() };
  const parsed = auditEventSchema.safeParse(event);
  return parsed.success ? parsed.data : (event as AuditEvent);
}

export { eventColumns };
