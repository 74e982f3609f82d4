import type { AuditEvent } from '@tollkeeper/contract';
import { and, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../../db/connect.ts';
import { auditEvent } from '../../../db/schema/index.ts';
import { createAdaptiveSpan } from '../adaptive-span.ts';
import type { FindWindow, Window } from './find-window.ts';

/** What a batch holds in memory. */
const ROWS_MAX = 1000;
const BYTES_MAX = 1024 * 1024;

/** Up to which event all were looked through, and those that match. */
export interface EventBatch {
  readonly events: readonly AuditEvent[];
  readonly through: number;
}

/**
 * The events that match, the oldest first, in batches. Each is read by a statement of its own, so that no
 * connection waits for a slow reader, and each looks through a part of the log that it
 * can read in time, however few events match. Where segments know which events may match, these alone are read.
 * While a batch is written, the database reads the next one; no more are in memory.
 * @param after the last sequence before the part that is read
 * @param until the last sequence of that part
 */
export async function* readEvents(
  db: Database,
  search: EventSearch,
  part: { readonly after: number; readonly until: number },
): AsyncGenerator<EventBatch> {
  const batches = readBatches(db, search, part);
  const begin = () => {
    const next = batches.next();
    // The error is thrown to the caller that asks for the batch; where none does, it ends nothing.
    next.catch(() => undefined);
    return next;
  };
  for (let next = begin(); ; ) {
    const batch = await next;
    if (batch.done) return;
    next = begin();
    yield batch.value;
  }
}

async function* readBatches(
  db: Database,
  { matching, findWindow }: EventSearch,
  { after, until }: { readonly after: number; readonly until: number },
): AsyncGenerator<EventBatch> {
  const span = createAdaptiveSpan();
  let window: Window = { through: findWindow ? after : until, candidates: undefined };
  for (let through = after; through < until; ) {
    if (through >= window.through && findWindow) window = await findWindow(through + 1, until);
    if (window.candidates) {
      const batch = await readCandidates(db, matching, through, window.through, window.candidates);
      through = batch.through;
      yield batch;
      continue;
    }
    const end = Math.min(window.through, through + span.events);
    const batch = await span.read(
      () => readBatch(db, matching, through, end),
      (read) => read.through === end,
    );
    if (!batch) continue;
    through = batch.through;
    yield batch;
  }
}

/** What events are compared with, and what is known of where they are. */
export interface EventSearch {
  readonly matching: SQL | undefined;
  readonly findWindow: FindWindow | undefined;
}

async function readCandidates(
  db: Database,
  matching: SQL | undefined,
  through: number,
  windowEnd: number,
  candidates: readonly number[],
): Promise<EventBatch> {
  const next = candidates.findIndex((sequence) => sequence > through);
  if (next < 0) return { events: [], through: windowEnd };
  const chosen = candidates.slice(next, next + ROWS_MAX);
  const isLast = next + ROWS_MAX >= candidates.length;
  const end = isLast ? windowEnd : (chosen.at(-1) ?? windowEnd);
  const among = sql`${auditEvent.sequence} = any(${sql.param(chosen)}::bigint[])`;
  return readBatch(db, and(matching, among), through, end);
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly organizationId: string;
  readonly sequence: string;
  readonly atMs: string;
  readonly actor: AuditEvent['actor'];
  readonly action: string;
  readonly target: AuditEvent['target'];
  readonly before: AuditEvent['before'];
  readonly after: AuditEvent['after'];
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
  /** What the batch has in front of the row. */
  readonly bytesBefore: string;
  readonly bytes: number;
}

async function readBatch(
  db: Database,
  matching: SQL | undefined,
  after: number,
  end: number,
): Promise<EventBatch> {
  const bytes = (column: unknown) => sql`coalesce(octet_length(${column}::text), 0)`;
  const { rows } = await db.execute<Row>(sql`
    select *
    from (
      select found.*,
        sum(bytes) over (order by sequence rows unbounded preceding) - bytes as "bytesBefore"
      from (
        select ${auditEvent.id}, ${auditEvent.organizationId} as "organizationId",
          ${auditEvent.sequence}, (extract(epoch from ${auditEvent.at}) * 1000)::bigint as "atMs",
          ${auditEvent.actor}, ${auditEvent.action}, ${auditEvent.target}, ${auditEvent.before},
          ${auditEvent.after}, ${auditEvent.ip}, ${auditEvent.userAgent} as "userAgent",
          ${auditEvent.requestId} as "requestId",
          ${bytes(auditEvent.before)} + ${bytes(auditEvent.after)} + ${bytes(auditEvent.userAgent)} as bytes
        from ${auditEvent}
        where ${auditEvent.sequence} > ${after} and ${auditEvent.sequence} <= ${end} and ${matching}
        order by ${auditEvent.sequence}
        limit ${ROWS_MAX}
      ) as found
    ) as measured
    where "bytesBefore" < ${BYTES_MAX}
    order by sequence`);
  const last = rows.at(-1);
  const isFull =
    rows.length >= ROWS_MAX || (last && Number(last.bytesBefore) + last.bytes >= BYTES_MAX);
  return { events: rows.map(toEvent), through: last && isFull ? Number(last.sequence) : end };
}

function toEvent(row: Row): AuditEvent {
  const { id, organizationId, actor, action, target, before, after, ip, userAgent, requestId } =
    row;
  const sequence = Number(row.sequence);
  const at = new Date(Number(row.atMs)).toISOString();
  return {
    id,
    organizationId,
    sequence,
    at,
    actor,
    action,
    target,
    before,
    after,
    ip,
    userAgent,
    requestId,
  };
}
