import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { AUDIT_SEGMENT_EVENTS, auditSegment, auditTerm } from '../../db/schema/index.ts';
import { type EventFilters, storableTime } from './event-filters.ts';
import { addressTerm, bloomBits, typeTerm } from './segment-terms.ts';

/** What segments are asked for: they may show an event too many, and never one too few. */
export interface Probe {
  /** All of these stand for the event. */
  readonly terms: readonly string[];
  /** The Bloom filter of the segment has all of these bits. */
  readonly bits: readonly number[];
  readonly conditions: readonly SQL[];
  /** Bits of the events that a search may mean; null for a segment without any. */
  readonly named: SQL | undefined;
}

/** @returns undefined where no filter narrows anything */
export function probeOf(
  ctx: Ctx,
  filters: EventFilters,
  actors: readonly string[] | undefined,
): Probe | undefined {
  const { actorId, action, targetType, targetId, from, to, ip, requestId, search } = filters;
  const terms = [
    ...[ctx.workspaceId, actorId, action],
    ...[targetType && typeTerm(targetType), ip && addressTerm(ip)],
  ].filter((term) => typeof term === 'string');
  const bits = [targetId, requestId].filter((key) => key !== undefined).flatMap(bloomBits);
  const conditions = [
    ...(from === undefined ? [] : [sql`s.last_at >= ${storableTime(from).toISOString()}`]),
    ...(to === undefined ? [] : [sql`s.first_at < ${storableTime(to).toISOString()}`]),
  ];
  const named = search === undefined || !actors ? undefined : namedPlaces(ctx, search, actors);
  if (terms.length + bits.length + conditions.length === 0 && !named) return undefined;
  return { terms, bits, conditions, named };
}

/** All of a segment that has the name of a target, else those of the actors who have such a name. */
function namedPlaces({ organizationId }: Ctx, search: string, actors: readonly string[]): SQL {
  const width = sql.raw(String(AUDIT_SEGMENT_EVENTS));
  return sql`case when strpos(s.names, lower(${search})) > 0 then ~ repeat('0', ${width})::bit(${width})
    else (select bit_or(actor.places) from ${auditTerm} actor where actor.organization_id = ${organizationId}
      and actor.segment = s.number and actor.term = any(${sql.param(actors)}::text[])) end`;
}

/** The sequences of the events that may be meant, of these segments, in the order. */
export async function findCandidates(
  { services: { db }, organizationId }: Ctx,
  { terms, bits, conditions, named }: Probe,
  { from, to }: { readonly from: number; readonly to: number },
  order: 'asc' | 'desc',
): Promise<number[]> {
  const alias = (at: number) => sql.raw(`t${at}`);
  const joins = terms.map(
    (term, at) => sql` join ${auditTerm} ${alias(at)}
      on ${alias(at)}.organization_id = s.organization_id and ${alias(at)}.term = ${term}
      and ${alias(at)}.segment = s.number`,
  );
  // An offset of nothing keeps PostgreSQL from computing it for the condition and for the answer.
  if (named) joins.push(sql` cross join lateral (select ${named} as places offset 0) named`);
  const sides = [
    ...terms.map((_, at) => sql`${alias(at)}.places`),
    ...(named ? [sql`named.places`] : []),
  ];
  const places = sides.length === 0 ? sql`null` : sql`(${sql.join(sides, sql` & `)})::text`;
  const wanted = [
    sql`s.organization_id = ${organizationId} and s.number between ${from} and ${to}`,
    ...bits.map((bit) => sql`get_bit(s.bloom, ${bit}) = 1`),
    ...conditions,
    ...(named ? [sql`named.places is not null`] : []),
  ];
  const { rows } = await db.execute<{ number: number; places: string | null }>(sql`
    select s.number, ${places} as places
    from ${auditSegment} s${sql.join(joins)}
    where ${sql.join(wanted, sql` and `)}
    order by s.number ${sql.raw(order)}`);
  return rows.flatMap((row) => {
    const sequences = sequencesOf(row.number, row.places);
    return order === 'asc' ? sequences : sequences.reverse();
  });
}

function sequencesOf(segment: number, places: string | null): number[] {
  const first = segment * AUDIT_SEGMENT_EVENTS + 1;
  if (places === null) return Array.from({ length: AUDIT_SEGMENT_EVENTS }, (_, at) => first + at);
  const sequences: number[] = [];
  for (let at = places.indexOf('1'); at >= 0; at = places.indexOf('1', at + 1)) {
    sequences.push(first + at);
  }
  return sequences;
}
