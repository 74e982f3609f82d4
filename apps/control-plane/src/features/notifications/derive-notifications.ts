import type { AuditAction } from '@tollkeeper/contract';
import { and, asc, eq, gt, inArray, lte, sql } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import {
  auditChain,
  auditEvent,
  type NotificationSubject,
  notificationCursor,
} from '../../db/schema/index.ts';
import type { AuditActor } from '../../write/audit.ts';
import { happeningOf, NOTABLE_ACTIONS } from './map-event.ts';
import { nameReviewers } from './name-reviewers.ts';
import { storeNotifications } from './store-notifications.ts';

/** Events of one transaction: what a killed process has to do again. */
const BATCH_EVENTS = 1000;

export type DeriveServices = Pick<Services, 'db' | 'clock' | 'log' | 'randomBytes' | 'mailer'>;

/**
 * Stores the notifications that follow from committed audit events, from where the last run of any process ended.
 * The cursor moves in the transaction that stores them: each event is considered once, whichever process is killed.
 * It stores one batch of each organization, so that one with events without end keeps no other waiting.
 * @returns how many events were considered, and whether an organization has a further batch
 */
export async function deriveNotifications(services: DeriveServices, batchEvents = BATCH_EVENTS) {
  let considered = 0;
  let isMore = false;
  await beginCursors(services.db);
  for (const organizationId of await findDue(services.db)) {
    try {
      const batch = await services.db.transaction((tx) =>
        deriveBatch(tx, services, organizationId, batchEvents),
      );
      considered += batch?.considered ?? 0;
      isMore ||= batch?.isLast === false;
    } catch (error) {
      // The others go on, and this one is due again.
      services.log.error({ err: error, organizationId }, 'notifications not stored');
    }
  }
  return { considered, isMore };
}

/** Of a new organization, no event was considered yet. */
async function beginCursors(db: Database): Promise<void> {
  await db.execute(sql`
    insert into notification_cursor (organization_id, sequence, last_number)
    select chain.organization_id, 0, 0
    from audit_chain as chain join organization on organization.id = chain.organization_id
    where not exists (select from notification_cursor as cursor
      where cursor.organization_id = chain.organization_id)
    on conflict do nothing`);
}

/** Organizations whose log goes on after their cursor. */
async function findDue(db: Database): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    select cursor.organization_id as id
    from notification_cursor as cursor
      join audit_chain as chain on chain.organization_id = cursor.organization_id
      join organization on organization.id = cursor.organization_id
    where chain.sequence > cursor.sequence and organization.deleted_at is null
    order by 1`);
  return rows.map(({ id }) => id);
}

/** @returns undefined where another process does it */
async function deriveBatch(
  tx: Transaction,
  services: DeriveServices,
  organizationId: string,
  eventsMax: number,
) {
  const [cursor] = await tx
    .select()
    .from(notificationCursor)
    .where(eq(notificationCursor.organizationId, organizationId))
    .for('update', { skipLocked: true });
  if (!cursor) return undefined;
  const end = await readEnd(tx, organizationId);
  const sequence = Math.min(end, cursor.sequence + eventsMax);
  const events = await tx
    .select()
    .from(auditEvent)
    .where(
      and(
        eq(auditEvent.organizationId, organizationId),
        gt(auditEvent.sequence, cursor.sequence),
        lte(auditEvent.sequence, sequence),
        inArray(auditEvent.action, [...NOTABLE_ACTIONS]),
      ),
    )
    .orderBy(asc(auditEvent.sequence));
  const mapped = events.flatMap((row) => happeningOf(notableEvent(row)) ?? []);
  const happenings = await nameReviewers(tx, organizationId, mapped);
  await storeNotifications(tx, services, cursor, happenings);
  await tx
    .update(notificationCursor)
    .set({ sequence })
    .where(eq(notificationCursor.organizationId, organizationId));
  return { considered: sequence - cursor.sequence, isLast: sequence === end };
}

/** As `write/append.ts` has stored it. */
function notableEvent({
  id,
  at,
  action,
  actor,
  target,
  before,
  after,
}: typeof auditEvent.$inferSelect) {
  return {
    ...{ id, at, before, after },
    action: action as AuditAction,
    actor: actor as unknown as AuditActor,
    target: target as unknown as NotificationSubject,
  };
}

/** The sequence of the last event that is committed. */
async function readEnd(tx: Transaction, organizationId: string): Promise<number> {
  const [end] = await tx
    .select({ sequence: auditChain.sequence })
    .from(auditChain)
    .where(eq(auditChain.organizationId, organizationId));
  return end?.sequence ?? 0;
}
