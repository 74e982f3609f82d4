import { eq, sql } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import type { Database } from '../../db/connect.ts';
import {
  AUDIT_SEGMENT_EVENTS,
  auditActingKey,
  auditChain,
  auditEvent,
  auditSegment,
  auditTerm,
  organization,
} from '../../db/schema/index.ts';
import { runForEach } from '../../run-for-each.ts';
import {
  BLOOM_BYTES,
  bloomBits,
  keysOf,
  NAME_PARTS_BYTES,
  nameLine,
  namePartBits,
  termsOf,
} from './segment-terms.ts';

/** Segments that are read and stored together. */
const SEGMENTS_AT_ONCE = 8;

/**
 * Adds every segment whose events are all there, so that filters find them fast. Off the write path:
 * events that no segment has yet are read one by one.
 */
export async function addSegments({
  db,
  log,
}: Pick<Services, 'db' | 'log'>): Promise<{ added: number }> {
  // What retention has deleted needs none.
  const kept = sql`(${organization.auditFirstSequence} - 1) / ${AUDIT_SEGMENT_EVENTS}`;
  const counted = sql<number>`greatest(max(${auditSegment.number}) + 1, ${kept}, 0)::int`;
  const logs = await db
    .select({ id: auditChain.organizationId, sequence: auditChain.sequence, counted })
    .from(auditChain)
    .innerJoin(organization, eq(organization.id, auditChain.organizationId))
    .leftJoin(auditSegment, eq(auditSegment.organizationId, auditChain.organizationId))
    .groupBy(auditChain.organizationId, organization.id);
  let added = 0;
  const contextOf = ({ id }: (typeof logs)[number]) => ({ organizationId: id });
  await runForEach(log, logs, contextOf, async ({ id, sequence, counted: next }) => {
    const whole = Math.floor(sequence / AUDIT_SEGMENT_EVENTS);
    for (let number = next; number < whole; number += SEGMENTS_AT_ONCE) {
      const count = Math.min(SEGMENTS_AT_ONCE, whole - number);
      await storeSegments(db, id, await readSegments(db, id, number, count));
      added += count;
    }
  });
  return { added };
}

interface Segment {
  readonly number: number;
  readonly bloom: Buffer;
  readonly nameParts: Buffer;
  /** By the place of the event; of one that was pruned, an empty one. */
  readonly names: string[];
  readonly actingKeys: Set<string>;
  firstMs: number;
  lastMs: number;
  /** By term, which of its events have it, in order. Most terms are those of few events. */
  readonly places: Map<string, number[]>;
}

interface Row extends Record<string, unknown> {
  readonly sequence: string;
  readonly atMs: string;
  readonly actor: Readonly<Record<string, unknown>>;
  readonly action: string;
  readonly target: Readonly<Record<string, unknown>>;
  readonly ip: string | null;
  readonly requestId: string;
  readonly name: string;
}

async function readSegments(
  db: Database,
  organizationId: string,
  number: number,
  count: number,
): Promise<Segment[]> {
  const segments = Array.from({ length: count }, (_, at) => emptySegment(number + at));
  const before = number * AUDIT_SEGMENT_EVENTS;
  // Names in lower case by the database, as the filter compares them.
  const { rows } = await db.execute<Row>(sql`
    select ${auditEvent.sequence}, (extract(epoch from ${auditEvent.at}) * 1000)::bigint as "atMs",
      ${auditEvent.actor}, ${auditEvent.action}, ${auditEvent.target}, ${auditEvent.ip},
      ${auditEvent.requestId} as "requestId", coalesce(lower(${auditEvent.target} ->> 'name'), '') as name
    from ${auditEvent}
    where ${auditEvent.organizationId} = ${organizationId} and ${auditEvent.sequence} > ${before}
      and ${auditEvent.sequence} <= ${before + count * AUDIT_SEGMENT_EVENTS}
    order by ${auditEvent.sequence}`);
  for (const row of rows) {
    const at = Number(row.sequence) - before - 1;
    const segment = segments[Math.floor(at / AUDIT_SEGMENT_EVENTS)];
    if (segment) addEvent(segment, row, at % AUDIT_SEGMENT_EVENTS);
  }
  return segments;
}

function emptySegment(number: number): Segment {
  return {
    ...{ number, bloom: Buffer.alloc(BLOOM_BYTES), nameParts: Buffer.alloc(NAME_PARTS_BYTES) },
    ...{ names: Array.from({ length: AUDIT_SEGMENT_EVENTS }, () => ''), places: new Map() },
    actingKeys: new Set(),
    // Of a segment whose events were all pruned, which then is in no range.
    ...{ firstMs: LATEST_MS, lastMs: 0 },
  };
}

const LATEST_MS = Date.parse('9999-12-31T00:00:00Z');

function addEvent(segment: Segment, row: Row, place: number): void {
  const { bloom, nameParts, names, places } = segment;
  for (const term of termsOf(row)) {
    const known = places.get(term);
    if (known) known.push(place);
    else places.set(term, [place]);
  }
  for (const key of keysOf(row)) setBits(bloom, bloomBits(key));
  const name = nameLine(row.name);
  names[place] = name;
  setBits(nameParts, namePartBits(name));
  if (typeof row.actor.keyId === 'string') segment.actingKeys.add(row.actor.keyId);
  // By the clocks of several processes: not always in order.
  const atMs = Number(row.atMs);
  segment.firstMs = Math.min(segment.firstMs, atMs);
  segment.lastMs = Math.max(segment.lastMs, atMs);
}

/** As PostgreSQL's get_bit counts them: the first is the lowest of the first byte. */
function setBits(filter: Buffer, bits: readonly number[]): void {
  for (const bit of bits) filter[bit >> 3] = (filter[bit >> 3] ?? 0) | (1 << (bit & 7));
}

/** Input of `bitsOf`, filled anew by each call. */
const bytes = Buffer.alloc(AUDIT_SEGMENT_EVENTS / 8);

/** One bit for each event in hexadecimal, the first in the highest bit of the first byte. */
function bitsOf(places: readonly number[]): string {
  bytes.fill(0);
  for (const place of places) {
    bytes[place >> 3] = (bytes[place >> 3] ?? 0) | (0x80 >> (place & 7));
  }
  return bytes.toString('hex');
}

/** The terms by one statement of three arrays: a segment may have a thousand of them. */
async function storeSegments(
  db: Database,
  organizationId: string,
  segments: readonly Segment[],
): Promise<void> {
  const terms = segments.flatMap(({ number, places }) =>
    [...places].map(([term, of]) => ({ term, number, bits: bitsOf(of) })),
  );
  const keyIds = new Set(segments.flatMap(({ actingKeys }) => [...actingKeys]));
  const rows = segments.map(({ number, bloom, nameParts, names, firstMs, lastMs }) => ({
    ...{ organizationId, number, bloom, nameParts, names: names.join('\n') },
    ...{ firstAt: new Date(firstMs), lastAt: new Date(lastMs) },
  }));
  const [words, numbers, bits] = [
    terms.map(({ term }) => term),
    terms.map(({ number }) => number),
    terms.map((each) => each.bits),
  ].map((column) => sql.param(column));
  await db.transaction(async (tx) => {
    await tx.insert(auditSegment).values(rows).onConflictDoNothing();
    await tx.execute(sql`
      insert into ${auditActingKey} (organization_id, key_id)
      select ${organizationId}::text, key_id from unnest(${sql.param([...keyIds].sort())}::text[]) as acting (key_id)
      on conflict do nothing`);
    await tx.execute(sql`
      insert into ${auditTerm} (organization_id, term, segment, places)
      select ${organizationId}::text, term, number, ('x' || bits)::bit(${sql.raw(String(AUDIT_SEGMENT_EVENTS))})
      from unnest(${words}::text[], ${numbers}::int[], ${bits}::text[]) as added (term, number, bits)
      order by term, number
      on conflict do nothing`);
  });
}
