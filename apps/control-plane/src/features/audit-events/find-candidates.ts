import { type SQL, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import { AUDIT_SEGMENT_EVENTS, auditSegment, auditTerm } from '../../db/schema/index.ts';
import { type EventFilters, storableTime } from './event-filters.ts';
import type { NameSearch } from './search-names.ts';
import { addressTerm, bloomBits, namePartBits, selfTerm, typeTerm } from './segment-terms.ts';

/** What segments are asked for: they may show an event too many, and never one too few. */
export interface Probe {
  /** All of these stand for the event. */
  readonly terms: readonly string[];
  /** The Bloom filter of the segment has all of these bits. */
  readonly bits: readonly number[];
  readonly conditions: readonly SQL[];
  readonly named: Named | undefined;
}

/** Events whose target has a name with the text, or whose actor has one of the terms. */
interface Named {
  readonly text: string;
  readonly actorTerms: readonly string[];
}

/** @returns undefined where no filter narrows anything */
export function probeOf(
  ctx: Ctx,
  filters: EventFilters,
  search: NameSearch | undefined,
): Probe | undefined {
  const { actorId, action, targetType, targetId, from, to, ip, requestId } = filters;
  const terms = [
    ...[ctx.workspaceId, actorId, action],
    ...[targetType && typeTerm(targetType), ip && addressTerm(ip)],
  ].filter((term) => typeof term === 'string');
  const bits = [targetId, requestId].filter((key) => key !== undefined).flatMap(bloomBits);
  const conditions = [
    ...(from === undefined ? [] : [sql`s.last_at >= ${storableTime(from).toISOString()}`]),
    ...(to === undefined ? [] : [sql`s.first_at < ${storableTime(to).toISOString()}`]),
  ];
  const named = search?.actors && {
    text: search.text,
    actorTerms: search.actors.map((id) => (id.startsWith('mem_') ? selfTerm(id) : id)),
  };
  if (terms.length + bits.length + conditions.length === 0 && !named) return undefined;
  return { terms, bits, conditions, named };
}

interface Segments {
  readonly from: number;
  readonly to: number;
}

interface Found {
  readonly number: number;
  /** Bits of the events that all terms stand for; null for all of them. */
  readonly places: string | null;
}

/** The sequences of the events that may be meant, of these segments, in the order. */
export async function findCandidates(
  ctx: Ctx,
  probe: Probe,
  segments: Segments,
  order: 'asc' | 'desc',
): Promise<number[]> {
  const found = await findSegments(ctx, probe, segments);
  if (found.length === 0) return [];
  const names = probe.named && (await readNames(ctx, probe.named, found));
  const sorted = found.sort((a, b) =>
    order === 'asc' ? a.number - b.number : b.number - a.number,
  );
  return sorted.flatMap(({ number, places }) => {
    const of = names?.get(number);
    if (names && !of) return [];
    const meant = placesOf(places).filter((place) => !of || of.has(place));
    const sequences = meant.map((place) => number * AUDIT_SEGMENT_EVENTS + 1 + place);
    return order === 'asc' ? sequences : sequences.reverse();
  });
}

async function findSegments(
  { services: { db }, organizationId }: Ctx,
  { terms, bits, conditions }: Probe,
  { from, to }: Segments,
): Promise<Found[]> {
  const alias = (at: number) => sql.raw(`t${at}`);
  const joins = terms.map(
    (term, at) => sql` join ${auditTerm} ${alias(at)}
      on ${alias(at)}.organization_id = s.organization_id and ${alias(at)}.term = ${term}
      and ${alias(at)}.segment = s.number`,
  );
  const sides = terms.map((_, at) => sql`${alias(at)}.places`);
  const places = sides.length === 0 ? sql`null` : sql`(${sql.join(sides, sql` & `)})::text`;
  const wanted = [
    sql`s.organization_id = ${organizationId} and s.number between ${from} and ${to}`,
    ...bits.map((bit) => sql`get_bit(s.bloom, ${bit}) = 1`),
    ...conditions,
  ];
  const { rows } = await db.execute<Found & Record<string, unknown>>(sql`
    select s.number, ${places} as places
    from ${auditSegment} s${sql.join(joins)}
    where ${sql.join(wanted, sql` and `)}`);
  return rows;
}

/** By segment, whether the event at a place has the name; no entry for a segment without any. */
async function readNames(
  { services: { db }, organizationId }: Ctx,
  { text, actorTerms }: Named,
  segments: readonly Found[],
): Promise<ReadonlyMap<number, ReadonlySet<number>>> {
  const numbers = sql`any(${sql.param(segments.map(({ number }) => number))}::int[])`;
  const isNamed = [
    ...namePartBits(text).map((bit) => sql`get_bit(name_parts, ${bit}) = 1`),
    sql`strpos(names, ${text}) > 0`,
  ];
  const [acted, named] = await Promise.all([
    db.execute<{ segment: number; places: string }>(sql`
      select segment, bit_or(places)::text as places from ${auditTerm}
      where organization_id = ${organizationId} and term = any(${sql.param(actorTerms)}::text[])
        and segment = ${numbers}
      group by segment`),
    // The cheap bits before the names, which are stored apart.
    db.execute<{ number: number; names: string }>(sql`
      select number, names from ${auditSegment}
      where organization_id = ${organizationId} and number = ${numbers}
        and case when ${sql.join(isNamed, sql` and `)} then true end`),
  ]);
  const places = new Map(acted.rows.map((row) => [row.segment, new Set(placesOf(row.places))]));
  for (const { number, names } of named.rows) {
    const caused = places.get(number) ?? new Set();
    for (const place of linesWith(text, names)) caused.add(place);
    places.set(number, caused);
  }
  return places;
}

const ALL_PLACES: readonly number[] = Array.from({ length: AUDIT_SEGMENT_EVENTS }, (_, at) => at);

function placesOf(bits: string | null): readonly number[] {
  if (bits === null) return ALL_PLACES;
  const places: number[] = [];
  for (let at = bits.indexOf('1'); at >= 0; at = bits.indexOf('1', at + 1)) places.push(at);
  return places;
}

function linesWith(text: string, lines: string): number[] {
  return lines.split('\n').flatMap((line, at) => (line.includes(text) ? [at] : []));
}
