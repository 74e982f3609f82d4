import { type AuditAction, isSubscribed } from '@tollkeeper/contract';
import { and, asc, eq, gt, lte, sql } from 'drizzle-orm';
import type { Transaction } from '../../../db/connect.ts';
import { auditEvent, type webhookEndpoint } from '../../../db/schema/index.ts';
import type { AuditTarget } from '../../../write/audit.ts';

export interface Limits {
  /** Events of one transaction: what a killed process has to do again. */
  readonly batchEvents: number;
  /** An endpoint that has as many pending gets no more until it has fewer: one that is down must not fill the disk. */
  readonly pendingMax: number;
}

/** What one transaction stores for one organization. */
export interface Batch extends Limits {
  readonly tx: Transaction;
  readonly organizationId: string;
  readonly now: Date;
}

interface FannedEvent {
  readonly sequence: number;
  readonly action: AuditAction;
  readonly target: Pick<AuditTarget, 'id'>;
}

type Endpoint = Pick<typeof webhookEndpoint.$inferSelect, 'id' | 'eventTypes' | 'afterSequence'>;

/** Its own test whichever types it subscribes to, and its own creation never: nobody has its secret before that. */
export function receives(
  { id, eventTypes, afterSequence }: Endpoint,
  { sequence, action, target }: FannedEvent,
): boolean {
  if (sequence <= afterSequence) return false;
  if (target.id === id && action === 'webhook_endpoint.test') return true;
  if (target.id === id && action === 'webhook_endpoint.create') return false;
  return isSubscribed(eventTypes, action);
}

/** The events after one, oldest first. @param last the last that is wanted; else all, up to the limit of a batch */
export async function readEvents(
  { tx, organizationId, batchEvents }: Batch,
  after: number,
  last?: number,
): Promise<FannedEvent[]> {
  const rows = await tx
    .select({
      sequence: auditEvent.sequence,
      action: auditEvent.action,
      target: auditEvent.target,
    })
    .from(auditEvent)
    .where(
      and(
        eq(auditEvent.organizationId, organizationId),
        gt(auditEvent.sequence, after),
        last === undefined ? undefined : lte(auditEvent.sequence, last),
      ),
    )
    .orderBy(asc(auditEvent.sequence))
    .limit(batchEvents);
  return rows as FannedEvent[];
}

/** @returns how many deliveries were stored */
export async function storeDeliveries(
  { tx, organizationId, now }: Batch,
  endpoints: readonly Endpoint[],
  events: readonly FannedEvent[],
): Promise<number> {
  const pairs = events.flatMap((event) =>
    endpoints
      .filter((endpoint) => receives(endpoint, event))
      .map(({ id }) => ({ id, sequence: event.sequence })),
  );
  if (pairs.length === 0) return 0;
  const at = sql`${now.toISOString()}::timestamptz`;
  await tx.execute(sql`
    insert into webhook_delivery (organization_id, endpoint_id, sequence, event_id, event_type, status,
      attempts_count, tries_count, next_attempt_at, created_at)
    select event.organization_id, pair.endpoint_id, event.sequence, event.id, event.action, 'pending', 0, 0,
      ${at}, ${at}
    from unnest(${sql.param(pairs.map(({ id }) => id))}::text[],
        ${sql.param(pairs.map(({ sequence }) => sequence))}::bigint[]) as pair (endpoint_id, sequence)
      join audit_event as event
        on event.organization_id = ${organizationId} and event.sequence = pair.sequence`);
  return pairs.length;
}
