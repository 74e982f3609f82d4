import { findLeafText } from '@tollkeeper/transparency-log';
import { sql } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { auditEvent } from '../db/schema/index.ts';

/** An event as the driver has it; what is JSON is a text, and hashes are in hexadecimal. */
export interface StoredEvent extends Record<string, unknown> {
  readonly id: string;
  readonly sequence: string;
  /** Milliseconds since 1970. */
  readonly at: number | string;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
  readonly previousHash: string;
  readonly hash: string;
}

/**
 * As texts, which `leafTextOf` parses one event after the other: what a whole batch of parsed events holds would be in
 * the way of the garbage collector. The time is read as a number of milliseconds, which is exact: the column has no more
 * digits.
 */
export async function readStoredEvents(
  tx: Transaction,
  organizationId: string,
  after: number,
  eventsMax: number,
): Promise<StoredEvent[]> {
  const { rows } = await tx.execute<StoredEvent>(sql`
    select ${auditEvent.id}, ${auditEvent.sequence},
      round(date_part('epoch', ${auditEvent.at}) * 1000) as at, ${auditEvent.actor}::text as actor,
      ${auditEvent.action}, ${auditEvent.target}::text as target, ${auditEvent.before}::text as before,
      ${auditEvent.after}::text as after, ${auditEvent.ip}, ${auditEvent.userAgent} as "userAgent",
      ${auditEvent.requestId} as "requestId", encode(${auditEvent.previousHash}, 'hex') as "previousHash",
      encode(${auditEvent.hash}, 'hex') as hash
    from ${auditEvent}
    where ${auditEvent.organizationId} = ${organizationId} and ${auditEvent.sequence} > ${after}
    order by ${auditEvent.sequence}
    limit ${eventsMax}`);
  return rows;
}

/** The leaf of an event; undefined for values that no event can have. */
export function leafTextOf(
  row: StoredEvent,
  organizationId: string,
  sequence: number,
): string | undefined {
  const { id, action, ip, userAgent, requestId } = row;
  return findLeafText({
    id,
    organizationId,
    sequence,
    at: new Date(Number(row.at)),
    actor: JSON.parse(row.actor),
    action,
    target: JSON.parse(row.target),
    before: row.before === null ? null : JSON.parse(row.before),
    after: row.after === null ? null : JSON.parse(row.after),
    ip,
    userAgent,
    requestId,
  });
}
