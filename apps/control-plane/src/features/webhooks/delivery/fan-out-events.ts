import { WEBHOOK_PENDING_MAX } from '@tollkeeper/contract';
import { and, asc, eq, getTableColumns, inArray, type SQL, sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import type { Database, Transaction } from '../../../db/connect.ts';
import { auditChain, webhookCursor, webhookEndpoint } from '../../../db/schema/index.ts';
import { type Batch, type Limits, readEvents, storeDeliveries } from './store-deliveries.ts';

const LIMITS: Limits = { batchEvents: 500, pendingMax: WEBHOOK_PENDING_MAX };

type FanOutServices = Pick<Services, 'db' | 'clock' | 'log'>;

/**
 * Stores a delivery for each event and each endpoint that subscribes to it, from where the last run of any process
 * ended. The cursor moves in the transaction that stores them: none is lost or doubled, whichever process is killed.
 * It stores one batch of each organization, so that one with events without end keeps no other waiting.
 * @returns how many deliveries were stored, and whether an organization has a further batch
 */
export async function fanOutEvents(services: FanOutServices, given: Partial<Limits> = {}) {
  const limits = { ...LIMITS, ...given };
  let stored = 0;
  let isMore = false;
  for (const organizationId of await findDue(services.db, limits)) {
    try {
      const batch = await services.db.transaction((tx) =>
        fanOutBatch(tx, services, organizationId, limits),
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

interface Outcome {
  readonly stored: number;
  readonly isLast: boolean;
}

/** Organizations whose log goes on after their cursor, or that have an endpoint with room for what it has missed. */
async function findDue(db: Database, { pendingMax }: Limits): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    select cursor.organization_id as id
    from webhook_cursor as cursor
      join audit_chain as chain on chain.organization_id = cursor.organization_id
      join organization on organization.id = cursor.organization_id
    where organization.deleted_at is null
      and (chain.sequence > cursor.sequence
        or exists (select from webhook_endpoint as endpoint
          where endpoint.organization_id = cursor.organization_id
            and endpoint.status = 'enabled' and endpoint.is_behind
            and not ${isFull(sql`endpoint`, pendingMax)}))
    order by 1`);
  return rows.map(({ id }) => id);
}

function isFull(endpoint: SQL, pendingMax: number): SQL {
  return sql`exists (select from webhook_delivery as waiting
    where waiting.organization_id = ${endpoint}.organization_id
      and waiting.endpoint_id = ${endpoint}.id and waiting.status = 'pending'
    offset ${pendingMax - 1})`;
}

/** @returns undefined where another process does it */
async function fanOutBatch(
  tx: Transaction,
  { clock }: FanOutServices,
  organizationId: string,
  limits: Limits,
): Promise<Outcome | undefined> {
  const [cursor] = await tx
    .select()
    .from(webhookCursor)
    .where(eq(webhookCursor.organizationId, organizationId))
    .for('update', { skipLocked: true });
  if (!cursor) return undefined;
  const batch = { tx, organizationId, now: clock(), ...limits };
  const endpoints = await lockEndpoints(batch);
  const caughtUp = await catchUp(batch, endpoints, cursor.sequence);
  if (caughtUp.endpoints.length === 0) {
    await moveCursor(tx, organizationId, await readEnd(tx, organizationId));
    return { stored: caughtUp.stored, isLast: caughtUp.isLast };
  }
  const events = await readEvents(batch, cursor.sequence);
  const last = events.at(-1);
  if (!last) return { stored: caughtUp.stored, isLast: caughtUp.isLast };
  const stored = await storeDeliveries(batch, caughtUp.endpoints, events);
  await moveCursor(tx, organizationId, last.sequence);
  return {
    stored: caughtUp.stored + stored,
    isLast: caughtUp.isLast && events.length < limits.batchEvents,
  };
}

type LockedEndpoint = Awaited<ReturnType<typeof lockEndpoints>>[number];

function lockEndpoints({ tx, organizationId, pendingMax }: Batch) {
  return (
    tx
      .select({
        ...getTableColumns(webhookEndpoint),
        isFull: sql<boolean>`${isFull(sql`${webhookEndpoint}`, pendingMax)}`,
      })
      .from(webhookEndpoint)
      .where(
        and(
          eq(webhookEndpoint.organizationId, organizationId),
          eq(webhookEndpoint.status, 'enabled'),
        ),
      )
      .orderBy(asc(webhookEndpoint.id))
      // None is deleted, or disabled, until its deliveries are stored.
      .for('share')
  );
}

/**
 * Stores a batch of what each endpoint has missed that was behind and has room again, and leaves those behind that
 * have none.
 * @returns the endpoints that have all until the cursor
 */
async function catchUp(batch: Batch, endpoints: readonly LockedEndpoint[], cursor: number) {
  const full = endpoints.filter((each) => each.isFull && !each.isBehind).map(({ id }) => id);
  await setBehind(batch, full, { isBehind: true, afterSequence: cursor });
  const current = endpoints.filter((each) => !each.isFull && !each.isBehind);
  let stored = 0;
  let isLast = true;
  for (const each of endpoints.filter((one) => one.isBehind && !one.isFull)) {
    const events = await readEvents(batch, each.afterSequence, cursor);
    stored += await storeDeliveries(batch, [each], events);
    const isBehind = events.length === batch.batchEvents;
    const afterSequence = isBehind ? (events.at(-1)?.sequence ?? cursor) : cursor;
    await setBehind(batch, [each.id], { isBehind, afterSequence });
    if (isBehind) isLast = false;
    else current.push({ ...each, afterSequence });
  }
  return { stored, isLast, endpoints: current };
}

async function setBehind(
  { tx, organizationId }: Batch,
  ids: readonly string[],
  change: { readonly isBehind: boolean; readonly afterSequence: number },
): Promise<void> {
  if (ids.length === 0) return;
  await tx
    .update(webhookEndpoint)
    .set(change)
    .where(
      and(eq(webhookEndpoint.organizationId, organizationId), inArray(webhookEndpoint.id, ids)),
    );
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
