import type { SQL } from 'drizzle-orm';
import type { Ctx } from '../../../context.ts';
import { AUDIT_SEGMENT_EVENTS } from '../../../db/schema/index.ts';
import { type EventFilters, matchingEvents } from '../event-filters.ts';
import { findCandidates, probeOf } from '../find-candidates.ts';
import { readEnds } from '../read-ends.ts';
import { searchNames } from '../search-names.ts';

/** A part of the log, up to a sequence, and which of its events may match. */
export interface Window {
  readonly through: number;
  /** In order; undefined where most of the part may match, or where nothing is known of it. */
  readonly candidates: readonly number[] | undefined;
}

/** The window that begins with one sequence, and ends with another at the latest. */
export type FindWindow = (from: number, until: number) => Promise<Window>;

/** Few enough that the candidates of a window fit into memory. */
const SEGMENTS = 256;
/** Beyond it, reading the whole window is faster. */
const SPARSE_SHARE = 0.3;

/**
 * The condition that the filters set, and what the segments know of it. Who has a name that is searched for is
 * read once, for both: of the actors up to the end that the log has now.
 * @throws DomainError validation_failed
 */
export async function searchOf(
  ctx: Ctx,
  filters: EventFilters,
): Promise<{ readonly matching: SQL | undefined; readonly findWindow: FindWindow | undefined }> {
  const { search } = filters;
  const names = search === undefined ? undefined : await searchNames(ctx, search);
  const matching = matchingEvents(ctx, filters, names?.actors);
  const probe = probeOf(ctx, filters, names);
  if (!probe) return { matching, findWindow: undefined };
  return {
    matching,
    async findWindow(from, until) {
      const { indexed } = await readEnds(ctx);
      if (from > indexed) return { through: until, candidates: undefined };
      const first = Math.floor((from - 1) / AUDIT_SEGMENT_EVENTS);
      const through = Math.min(until, indexed, (first + SEGMENTS) * AUDIT_SEGMENT_EVENTS);
      const last = Math.floor((through - 1) / AUDIT_SEGMENT_EVENTS);
      const found = await findCandidates(ctx, probe, { from: first, to: last }, 'asc');
      const candidates = found.filter((sequence) => sequence >= from && sequence <= through);
      const isSparse = candidates.length <= SPARSE_SHARE * (through - from + 1);
      return { through, candidates: isSparse ? candidates : undefined };
    },
  };
}
