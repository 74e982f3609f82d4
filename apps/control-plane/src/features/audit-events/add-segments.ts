import { and, asc, between, eq, sql } from 'drizzle-orm';
import type { Database } from '../../db/connect.ts';
import {
  AUDIT_SEGMENT_EVENTS,
  auditChain,
  auditEvent,
  auditSegment,
  auditTerm,
  organization,
} from '../../db/schema/index.ts';
import { BLOOM_BYTES, bloomBits, keysOf, termsOf } from './segment-terms.ts';

/**
 * Adds every segment whose events are all there, so that filters find them fast. Off the write path:
 * events that no segment has yet are read one by one.
 */
export async function addSegments({ db }: { readonly db: Database }): Promise<{ added: number }> {
  const counted = sql<number>`coalesce(max(${auditSegment.number}) + 1, 0)::int`;
  const logs = await db
    .select({ id: auditChain.organizationId, sequence: auditChain.sequence, counted })
    .from(auditChain)
    .innerJoin(organization, eq(organization.id, auditChain.organizationId))
    .leftJoin(auditSegment, eq(auditSegment.organizationId, auditChain.organizationId))
    .groupBy(auditChain.organizationId);
  let added = 0;
  for (const { id, sequence, counted: next } of logs) {
    const whole = Math.floor(sequence / AUDIT_SEGMENT_EVENTS);
    for (let number = next; number < whole; number += 1, added += 1) {
      await addSegment(db, id, number);
    }
  }
  return { added };
}

async function addSegment(db: Database, organizationId: string, number: number): Promise<void> {
  const first = number * AUDIT_SEGMENT_EVENTS + 1;
  const rows = await db
    .select({
      sequence: auditEvent.sequence,
      at: auditEvent.at,
      actor: auditEvent.actor,
      action: auditEvent.action,
      target: auditEvent.target,
      ip: auditEvent.ip,
      requestId: auditEvent.requestId,
      // By the database, as the filter compares it.
      name: sql<string>`lower(${auditEvent.target} ->> 'name')`,
    })
    .from(auditEvent)
    .where(
      and(
        eq(auditEvent.organizationId, organizationId),
        between(auditEvent.sequence, first, first + AUDIT_SEGMENT_EVENTS - 1),
      ),
    )
    .orderBy(asc(auditEvent.sequence));
  const places = new Map<string, Uint8Array>();
  const bloom = Buffer.alloc(BLOOM_BYTES);
  for (const row of rows) {
    for (const term of termsOf(row)) {
      const bits = places.get(term) ?? new Uint8Array(AUDIT_SEGMENT_EVENTS);
      places.set(term, bits);
      bits[row.sequence - first] = 1;
    }
    for (const bit of keysOf(row).flatMap(bloomBits)) {
      bloom[bit >> 3] = (bloom[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
  }
  // By the clocks of several processes: not always in order.
  const times = rows.map(({ at }) => at.getTime());
  const segment = {
    ...{
      organizationId,
      number,
      bloom,
      names: [...new Set(rows.map(({ name }) => name))].join('\n'),
    },
    firstAt: new Date(Math.min(...times, LATEST)),
    lastAt: new Date(Math.max(...times, 0)),
  };
  await db.transaction(async (tx) => {
    await tx.insert(auditSegment).values(segment).onConflictDoNothing();
    if (places.size === 0) return;
    await tx
      .insert(auditTerm)
      .values(
        [...places].map(([term, bits]) => ({
          ...{ organizationId, term, segment: number, places: bits.join('') },
        })),
      )
      .onConflictDoNothing();
  });
}

/** Of a segment whose events were all pruned, which then is in no range. */
const LATEST = Date.parse('9999-12-31T00:00:00Z');
