import { and, asc, desc, eq, gt, gte, lte, max, type SQL, sql } from 'drizzle-orm';
import { visibleEvents } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { AUDIT_SEGMENT_EVENTS, auditEvent, auditSegment } from '../../db/schema/index.ts';
import { type EventRow, eventColumns } from './audit-event-view.ts';
import { type EventFilters, matchingEvents } from './event-filters.ts';
import { findCandidates, type Probe, probeOf } from './find-candidates.ts';
import { searchNames } from './search-names.ts';

export type Order = 'asc' | 'desc';

interface Place {
  readonly order: Order;
  readonly limit: number;
  /** Sequences between these, both included. */
  readonly from: number;
  readonly to: number;
}

/** The first events of the range that the caller sees and the filters mean, in that order. */
export async function findEvents(
  ctx: Ctx,
  filters: EventFilters,
  place: Place,
): Promise<EventRow[]> {
  const names = filters.search === undefined ? undefined : await searchNames(ctx, filters.search);
  const conditions = and(visibleEvents(ctx), matchingEvents(ctx, filters, names?.actors));
  const probe = probeOf(ctx, filters, names);
  const indexed = probe ? await lastIndexed(ctx) : 0;
  const search = { ctx, conditions };
  if (!probe || indexed === 0) return selectRange(search, place);
  const { order, limit, from, to } = place;
  const tail = { ...place, from: Math.max(from, indexed + 1) };
  const inSegments = { ...place, to: Math.min(to, indexed) };
  const rows = order === 'desc' ? await selectRange(search, tail) : [];
  if (rows.length < limit) {
    rows.push(...(await walk(search, probe, { ...inSegments, limit: limit - rows.length })));
  }
  if (order === 'asc' && rows.length < limit) {
    rows.push(...(await selectRange(search, { ...tail, limit: limit - rows.length })));
  }
  return rows;
}

interface Search {
  readonly ctx: Ctx;
  readonly conditions: SQL | undefined;
}

/** The last event that a segment has; 0 where there is none. */
export async function lastIndexed({ services: { db }, organizationId }: Ctx): Promise<number> {
  const [row] = await db
    .select({ number: max(auditSegment.number) })
    .from(auditSegment)
    .where(eq(auditSegment.organizationId, organizationId));
  return ((row?.number ?? -1) + 1) * AUDIT_SEGMENT_EVENTS;
}

function selectRange(search: Search, { from, to, ...place }: Place): Promise<EventRow[]> {
  if (from > to) return Promise.resolve([]);
  const lower = from > 1 ? gte(auditEvent.sequence, from) : gt(auditEvent.sequence, 0);
  const upper = Number.isFinite(to) ? lte(auditEvent.sequence, to) : undefined;
  return select(search, place, and(lower, upper));
}

function select(
  { ctx, conditions }: Search,
  { order, limit }: Pick<Place, 'order' | 'limit'>,
  among: SQL | undefined,
): Promise<EventRow[]> {
  const direction = order === 'asc' ? asc : desc;
  return ctx.services.db
    .select(eventColumns)
    .from(auditEvent)
    .where(and(conditions, among))
    .orderBy(direction(auditEvent.sequence))
    .limit(limit);
}

/** Segments that are looked at together: few at first, since a frequent filter needs no more. */
const SEGMENTS_FIRST = 16;
const SEGMENTS_MAX = 1024;
const EVENTS_MAX = 4096;

/** Through the segments of the range, reading only events that may be meant. */
async function walk(search: Search, probe: Probe, place: Place): Promise<EventRow[]> {
  const { order, limit, from, to } = place;
  const [lowest, highest] = [segmentOf(from), segmentOf(to)];
  const rows: EventRow[] = [];
  let done = 0;
  let batch = 2 * limit;
  for (
    let size = SEGMENTS_FIRST;
    done <= highest - lowest;
    size = Math.min(4 * size, SEGMENTS_MAX)
  ) {
    const window =
      order === 'desc'
        ? { from: Math.max(lowest, highest - done - size + 1), to: highest - done }
        : { from: lowest + done, to: Math.min(highest, lowest + done + size - 1) };
    done += size;
    const found = await findCandidates(search.ctx, probe, window, order);
    const sequences = found.filter((sequence) => sequence >= from && sequence <= to);
    for (let at = 0; at < sequences.length; ) {
      const chosen = sequences.slice(at, at + batch);
      const among = sql`${auditEvent.sequence} = any(${sql.param(chosen)}::bigint[])`;
      rows.push(...(await select(search, { order, limit: limit - rows.length }, among)));
      if (rows.length >= limit) return rows;
      at += batch;
      batch = Math.min(4 * batch, EVENTS_MAX);
    }
  }
  return rows;
}

function segmentOf(sequence: number): number {
  return Math.floor((sequence - 1) / AUDIT_SEGMENT_EVENTS);
}
