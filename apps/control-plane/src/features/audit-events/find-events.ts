import { and, asc, desc, gte, lte, type SQL, sql } from 'drizzle-orm';
import { visibleEvents } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { AUDIT_SEGMENT_EVENTS, auditEvent } from '../../db/schema/index.ts';
import { createAdaptiveSpan } from './adaptive-span.ts';
import { type EventRow, eventColumns } from './audit-event-view.ts';
import { type EventFilters, matchingEvents } from './event-filters.ts';
import { findCandidates, type Probe, probeOf } from './find-candidates.ts';
import { readEnds } from './read-ends.ts';
import { searchNames } from './search-names.ts';

export type Order = 'asc' | 'desc';

/** Sequences between these, both included. */
interface Range {
  readonly from: number;
  readonly to: number;
}

interface Place extends Range {
  readonly order: Order;
  readonly limit: number;
}

export interface FoundEvents {
  readonly rows: readonly EventRow[];
  /** Up to which sequence was looked, in the order, where time was up before the end of the range. */
  readonly through: number | undefined;
  /** The last event that the log had before it was looked through. */
  readonly end: number;
}

/** After which a caller is answered with what was found until then: long before PostgreSQL ends a statement. */
const TIME_MS = 2000;

/**
 * The first events of the range that the caller sees and the filters mean, in that order: the range is looked
 * through in parts, each by a statement that ends soon, until there are enough or time is up.
 */
export async function findEvents(
  ctx: Ctx,
  filters: EventFilters,
  place: Place,
  timeMs = TIME_MS,
): Promise<FoundEvents> {
  const endsAt = performance.now() + timeMs;
  const { order, limit } = place;
  // Before the names: who acts later has no part in it.
  const { end, indexed } = await readEnds(ctx);
  const names = filters.search === undefined ? undefined : await searchNames(ctx, filters.search);
  const conditions = and(visibleEvents(ctx), matchingEvents(ctx, filters, names?.actors));
  const probe = probeOf(ctx, filters, names);
  const range = { from: place.from, to: Math.min(place.to, end) };
  const rows: EventRow[] = [];
  const search = { ctx, conditions, order, left: () => limit - rows.length };
  if (!probe && !names) {
    return { rows: await select(search, within(range)), through: undefined, end };
  }
  for await (const part of partsOf(search, probe, range, indexed)) {
    rows.push(...part.rows);
    if (rows.length >= limit) break;
    const isEnd = order === 'desc' ? part.through <= range.from : part.through >= range.to;
    if (!isEnd && performance.now() >= endsAt) return { rows, through: part.through, end };
  }
  return { rows, through: undefined, end };
}

interface Search {
  readonly ctx: Ctx;
  readonly conditions: SQL | undefined;
  readonly order: Order;
  /** How many events are still wanted. */
  readonly left: () => number;
}

/** What was found since the part before, up to a sequence. */
interface Part {
  readonly rows: readonly EventRow[];
  readonly through: number;
}

/** Of the segments that may hold such an event, and of the newest events, which no segment has yet. */
async function* partsOf(
  search: Search,
  probe: Probe | undefined,
  { from, to }: Range,
  indexed: number,
): AsyncGenerator<Part> {
  const last = probe ? indexed : 0;
  const tail = { from: Math.max(from, last + 1), to };
  const inSegments = { from, to: Math.min(to, last) };
  if (search.order === 'desc') yield* scan(search, tail);
  if (probe && last > 0) yield* walk(search, probe, inSegments);
  if (search.order === 'asc') yield* scan(search, tail);
}

/** Through all events of the range. */
async function* scan(search: Search, { from, to }: Range): AsyncGenerator<Part> {
  const span = createAdaptiveSpan();
  const isDescending = search.order === 'desc';
  for (let next = isDescending ? to : from; from <= next && next <= to; ) {
    const part = isDescending
      ? { from: Math.max(from, next - span.events + 1), to: next }
      : { from: next, to: Math.min(to, next + span.events - 1) };
    const rows = await span.read(
      () => select(search, within(part)),
      (found) => found.length < search.left(),
    );
    if (!rows) continue;
    next = isDescending ? part.from - 1 : part.to + 1;
    yield { rows, through: isDescending ? part.from : part.to };
  }
}

/** Segments that are looked at together: few at first, since a frequent filter needs no more. */
const SEGMENTS_FIRST = 16;
const SEGMENTS_MAX = 1024;
const EVENTS_MAX = 4096;

/** Through the segments of the range, reading only events that may be meant. */
async function* walk(search: Search, probe: Probe, { from, to }: Range): AsyncGenerator<Part> {
  const { ctx, order } = search;
  const [lowest, highest] = [segmentOf(from), segmentOf(to)];
  let done = 0;
  let batch = 2 * search.left();
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
    const found = await findCandidates(ctx, probe, window, order);
    const sequences = found.filter((sequence) => sequence >= from && sequence <= to);
    for (let at = 0; at < sequences.length; ) {
      const chosen = sequences.slice(at, at + batch);
      const among = sql`${auditEvent.sequence} = any(${sql.param(chosen)}::bigint[])`;
      yield { rows: await select(search, among), through: chosen.at(-1) ?? from };
      at += batch;
      batch = Math.min(4 * batch, EVENTS_MAX);
    }
    yield {
      rows: [],
      through: order === 'desc' ? firstOf(window.from) : firstOf(window.to + 1) - 1,
    };
  }
}

function segmentOf(sequence: number): number {
  return Math.floor((sequence - 1) / AUDIT_SEGMENT_EVENTS);
}

function firstOf(segment: number): number {
  return segment * AUDIT_SEGMENT_EVENTS + 1;
}

function within({ from, to }: Range): SQL | undefined {
  return and(gte(auditEvent.sequence, from), lte(auditEvent.sequence, to));
}

function select(
  { ctx, conditions, order, left }: Search,
  among: SQL | undefined,
): Promise<EventRow[]> {
  const direction = order === 'asc' ? asc : desc;
  return ctx.services.db
    .select(eventColumns)
    .from(auditEvent)
    .where(and(conditions, among))
    .orderBy(direction(auditEvent.sequence))
    .limit(left());
}
