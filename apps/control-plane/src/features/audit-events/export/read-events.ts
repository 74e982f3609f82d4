import type { AuditEvent } from '@tollkeeper/contract';
import { and, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../../db/connect.ts';
import { isStatementTimeout } from '../../../db/database-errors.ts';
import { auditEvent } from '../../../db/schema/index.ts';
import type { FindWindow, Window } from './find-window.ts';

/** What a batch holds in memory. */
const ROWS_MAX = 1000;
const BYTES_MAX = 1024 * 1024;

/** How many events a statement may look through, matching or not: as many as it can in time. */
const SPAN_MIN = 1000;
const SPAN_BEGIN = 10_000;
const SPAN_MAX = 10_000_000;
const QUICK_MS = 200;
const SLOW_MS = 1000;

/** Up to which event all were looked through, and those that match. */
export interface EventBatch {
  readonly events: readonly AuditEvent[];
  readonly through: number;
}

/**
 * The events that match, the oldest first, in batches. Each is read by a statement of its own once it is
 * asked for, so that no connection waits for a slow reader, and each looks through a part of the log that it
 * can read in time, however few events match. Where segments know which events may match, these alone are read.
 * @param after the last sequence before the part that is read
 * @param until the last sequence of that part
 */
export async function* readEvents(
  db: Database,
  { matching, findWindow }: EventSearch,
  { after, until }: { readonly after: number; readonly until: number },
): AsyncGenerator<EventBatch> {
  let span = SPAN_BEGIN;
  let window: Window = { through: findWindow ? after : until, candidates: undefined };
  for (let through = after; through < until; ) {
    if (through >= window.through && findWindow) window = await findWindow(through + 1, until);
    if (window.candidates) {
      const batch = await readCandidates(db, matching, through, window.through, window.candidates);
      through = batch.through;
      yield batch;
      continue;
    }
    const end = Math.min(window.through, through + span);
    const startedMs = performance.now();
    const batch = await readBatch(db, matching, through, end).catch((error) => {
      if (!isStatementTimeout(error) || span <= SPAN_MIN) throw error;
      return undefined;
    });
    const tookMs = performance.now() - startedMs;
    if (!batch || tookMs > SLOW_MS) span = Math.max(SPAN_MIN, Math.floor(span / 8));
    else if (tookMs < QUICK_MS && batch.through === end) span = Math.min(SPAN_MAX, span * 4);
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
  /** How many rows there are without the limit of bytes. */
  readonly found: number;
}

async function readBatch(
  db: Database,
  matching: SQL | undefined,
  after: number,
  end: number,
): Promise<EventBatch> {
  const bytes = (column: unknown) => sql`coalesce(octet_length(${column}::text), 0)`;
  const { rows } = await db.execute<Row>(sql`
    select id, "organizationId", sequence, "atMs", actor, action, target, before, after, ip,
      "userAgent", "requestId", found
    from (
      select found.*, count(*) over ()::int as found,
        sum(bytes) over (order by sequence) - bytes as "bytesBefore"
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
  const isCut = last !== undefined && (last.found >= ROWS_MAX || last.found > rows.length);
  return { events: rows.map(toEvent), through: isCut ? Number(last.sequence) : end };
}

function toEvent({ sequence, atMs, found: _found, ...row }: Row): AuditEvent {
  return { ...row, sequence: Number(sequence), at: new Date(Number(atMs)).toISOString() };
}
