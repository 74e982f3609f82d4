import type { WebhookEndpoint } from '@tollkeeper/contract';
import { and, count, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import {
  creatingKey,
  creatingKeyName,
  creatingKeyView,
  isCreatingKey,
} from '../../access/creator.ts';
import { memberAddress } from '../../access/visibility.ts';
import type { Ctx, Services } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { member, user, webhookDelivery, webhookEndpoint } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { openSecret } from '../../outgoing/index.ts';
import type { AuditTarget } from '../../write/audit.ts';
import { etagOf } from '../../write/etag.ts';
import { webhookPublicKey } from './signing-secret.ts';

export type EndpointRow = typeof webhookEndpoint.$inferSelect;

/** Endpoints with their creators; narrowed by the caller. */
export function selectEndpoints(db: Database | Transaction, ctx: Ctx) {
  return db
    .select({
      ...getTableColumns(webhookEndpoint),
      creatorName: user.name,
      creatorEmail: memberAddress(ctx),
      keyName: creatingKeyName(ctx),
    })
    .from(webhookEndpoint)
    .innerJoin(member, eq(member.id, webhookEndpoint.memberId))
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(creatingKey, isCreatingKey(webhookEndpoint))
    .$dynamic();
}

/**
 * What the endpoints look like. Their deliveries are counted together: asked for each endpoint, PostgreSQL may take
 * any of them for one with many, and read those of all each time.
 */
export async function viewEndpoints(
  db: Database | Transaction,
  { organizationId, services }: Ctx,
  rows: readonly ViewRow[],
): Promise<WebhookEndpoint[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const counted = await unionAll(
    countDeliveries(db, organizationId, ids, 'pending'),
    countDeliveries(db, organizationId, ids, 'failed'),
  );
  const counts = new Map(counted.map(({ id, status, count }) => [`${id} ${status}`, count]));
  return rows.map((row) =>
    endpointView(services, row, {
      pendingCount: counts.get(`${row.id} pending`) ?? 0,
      failedCount: counts.get(`${row.id} failed`) ?? 0,
    }),
  );
}

function countDeliveries(
  db: Database | Transaction,
  organizationId: string,
  ids: readonly string[],
  status: 'pending' | 'failed',
) {
  const { endpointId } = webhookDelivery;
  return db
    .select({ id: endpointId, status: sql<string>`${status}::text`, count: count() })
    .from(webhookDelivery)
    .where(
      and(
        eq(webhookDelivery.organizationId, organizationId),
        inArray(endpointId, [...ids]),
        eq(webhookDelivery.status, sql.raw(`'${status}'`)),
      ),
    )
    .groupBy(endpointId);
}

type ViewRow = Awaited<ReturnType<typeof selectEndpoints>>[number];

function endpointView(
  services: Services,
  row: ViewRow,
  { pendingCount, failedCount }: Pick<WebhookEndpoint, 'pendingCount' | 'failedCount'>,
): WebhookEndpoint {
  const graceEnd = row.previousSecretUntil;
  const isInGrace = graceEnd !== null && graceEnd > services.clock();
  return {
    id: row.id,
    url: row.url,
    name: row.name,
    eventTypes: row.eventTypes,
    signature: row.signature,
    publicKey: row.signature === 'v1a' ? publicKeyOf(services, row) : null,
    isOrdered: row.isOrdered,
    status: row.status,
    disabledReason: row.disabledReason,
    failingSince: row.failingSince?.toISOString() ?? null,
    secretRotatedAt: row.secretRotatedAt?.toISOString() ?? null,
    previousSecretUntil: isInGrace ? graceEnd.toISOString() : null,
    pendingCount,
    isBehind: row.isBehind,
    failedCount,
    createdBy: { memberId: row.memberId, name: row.creatorName, email: row.creatorEmail },
    createdByKey: creatingKeyView(row.createdByKeyId, row.keyName),
    createdAt: row.createdAt.toISOString(),
    etag: endpointEtag(row),
  };
}

function publicKeyOf({ webhooks }: Services, { id, secret }: EndpointRow): string | null {
  const opened = openSecret(webhooks.storedKey, id, secret);
  return opened ? webhookPublicKey(opened) : null;
}

export type EditableEndpoint = Pick<EndpointRow, 'url' | 'name' | 'eventTypes' | 'isOrdered'>;

export function endpointEtag({ url, name, eventTypes, isOrdered }: EditableEndpoint): string {
  return etagOf({ url, name, eventTypes, isOrdered });
}

export function endpointTarget({ id, name }: Pick<EndpointRow, 'id' | 'name'>): AuditTarget {
  return { type: 'webhook_endpoint', id, name };
}

/** @throws DomainError not_found, also for a key that is confined to a workspace */
export async function readEndpoint(
  db: Database | Transaction,
  ctx: Ctx,
  id: string,
): Promise<WebhookEndpoint> {
  const [row] = await selectEndpoints(db, ctx).where(isEndpoint(ctx.organizationId, id));
  const [shown] = row && ctx.workspaceId === null ? await viewEndpoints(db, ctx, [row]) : [];
  if (!shown) throw notFound('webhook endpoint', id);
  return shown;
}

/**
 * The endpoint, locked until the transaction ends: nothing begins to send to it meanwhile.
 * @throws DomainError not_found, also for a key that is confined to a workspace
 */
export async function lockEndpoint(tx: Transaction, ctx: Ctx, id: string): Promise<EndpointRow> {
  const [row] = await tx
    .select()
    .from(webhookEndpoint)
    .where(isEndpoint(ctx.organizationId, id))
    .for('update');
  if (!row || ctx.workspaceId !== null) throw notFound('webhook endpoint', id);
  return row;
}

export function isEndpoint(organizationId: string, id: string) {
  return and(eq(webhookEndpoint.organizationId, organizationId), eq(webhookEndpoint.id, id));
}
