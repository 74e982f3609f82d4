import { type AuditAction, isSubscribed } from '@tollkeeper/contract';
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import type { Database, Transaction } from '../../../db/connect.ts';
import {
  auditChain,
  auditEvent,
  webhookCursor,
  webhookEndpoint,
} from '../../../db/schema/index.ts';
import type { AuditTarget } from '../../../write/audit.ts';

/** Events of one transaction: what a killed process has to do again. */
const BATCH_EVENTS = 500;

type FanOutServices = Pick<Services, 'db' | 'clock' | 'log'>;

/**
 * Stores a delivery for each event and each endpoint that subscribes to it, from where the last run of any process
 * ended. The cursor moves in the transaction that stores them: none is lost or doubled, whichever process is killed.
 * It stores one batch of each organization, so that one with events without end keeps no other waiting.
 * @returns how many deliveries were stored, and whether an organization has a further batch
 */
export async function fanOutEvents(services: FanOutServices, batchEvents = BATCH_EVENTS) {
  let stored = 0;
  let isMore = false;
  for (const organizationId of await findDue(services.db)) {
    try {
      const batch = await services.db.transaction((tx) =>
        fanOutBatch(tx, services, organizationId, batchEvents),
      );
      stored += batch?.stored ?? 0;
      isMore ||= batch?.isLast === false;
    } catch (error) {
      // The others go on, and this one is due again a second later.
      services.log.error({ err: error, organizationId }, 'webhook deliveries not stored');
    }
  }
  return { stored, isMore };
}

interface Batch {
  readonly stored: number;
  readonly isLast: boolean;
}

/** Organizations whose log goes on after their cursor. */
async function findDue(db: Database): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    select cursor.organization_id as id
    from webhook_cursor as cursor
      join audit_chain as chain on chain.organization_id = cursor.organization_id
      join organization on organization.id = cursor.organization_id
    where chain.sequence > cursor.sequence and organization.deleted_at is null
    order by 1`);
  return rows.map(({ id }) => id);
}

/** @returns undefined where another process does it */
async function fanOutBatch(
  tx: Transaction,
  { clock }: FanOutServices,
  organizationId: string,
  eventsMax: number,
): Promise<Batch | undefined> {
  const [cursor] = await tx
    .select()
    .from(webhookCursor)
    .where(eq(webhookCursor.organizationId, organizationId))
    .for('update', { skipLocked: true });
  if (!cursor) return undefined;
  const endpoints = await tx
    .select()
    .from(webhookEndpoint)
    .where(
      and(
        eq(webhookEndpoint.organizationId, organizationId),
        eq(webhookEndpoint.status, 'enabled'),
      ),
    )
    .orderBy(asc(webhookEndpoint.id))
    // None is deleted, or disabled, until its deliveries are stored.
    .for('share');
  if (endpoints.length === 0) {
    const sequence = await readEnd(tx, organizationId);
    await moveCursor(tx, organizationId, sequence);
    return { stored: 0, isLast: true };
  }
  const events = await tx
    .select({
      sequence: auditEvent.sequence,
      action: auditEvent.action,
      target: auditEvent.target,
    })
    .from(auditEvent)
    .where(
      and(eq(auditEvent.organizationId, organizationId), gt(auditEvent.sequence, cursor.sequence)),
    )
    .orderBy(asc(auditEvent.sequence))
    .limit(eventsMax);
  const last = events.at(-1);
  if (!last) return { stored: 0, isLast: true };
  const pairs = events.flatMap((event) =>
    endpoints
      .filter((endpoint) => receives(endpoint, event as FannedEvent))
      .map(({ id }) => ({ id, sequence: event.sequence })),
  );
  await insertDeliveries(tx, organizationId, pairs, clock());
  await moveCursor(tx, organizationId, last.sequence);
  return { stored: pairs.length, isLast: events.length < eventsMax };
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

async function readEnd(tx: Transaction, organizationId: string): Promise<number> {
  const [end] = await tx
    .select({ sequence: auditChain.sequence })
    .from(auditChain)
    .where(eq(auditChain.organizationId, organizationId));
  return end?.sequence ?? 0;
}

async function moveCursor(
  tx: Transaction,
  organizationId: string,
  sequence: number,
): Promise<void> {
  await tx
    .update(webhookCursor)
    .set({ sequence })
    .where(eq(webhookCursor.organizationId, organizationId));
}

async function insertDeliveries(
  tx: Transaction,
  organizationId: string,
  pairs: readonly { readonly id: string; readonly sequence: number }[],
  now: Date,
): Promise<void> {
  if (pairs.length === 0) return;
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
}
