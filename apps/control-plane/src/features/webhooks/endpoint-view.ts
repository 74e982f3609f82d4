import { WEBHOOK_COUNTED_MAX, type WebhookEndpoint } from '@tollkeeper/contract';
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import {
  creatingKey,
  creatingKeyName,
  creatingKeyView,
  isCreatingKey,
} from '../../access/creator.ts';
import { memberAddress } from '../../access/visibility.ts';
import type { Ctx, Services } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { member, user, webhookEndpoint } from '../../db/schema/index.ts';
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

/** What the endpoints look like, with how much waits for each. */
export async function viewEndpoints(
  db: Database | Transaction,
  { organizationId, services }: Ctx,
  rows: readonly ViewRow[],
): Promise<WebhookEndpoint[]> {
  if (rows.length === 0) return [];
  const ids = sql.param(rows.map(({ id }) => id));
  const counted = await db.execute<Counts & { readonly id: string }>(sql`
    select endpoint.id, ${countOf(organizationId, 'pending')} as "pendingCount",
      ${countOf(organizationId, 'failed')} as "failedCount"
    from unnest(${ids}::text[]) as endpoint (id)`);
  const counts = new Map(counted.rows.map(({ id, ...each }) => [id, each]));
  return rows.map((row) => endpointView(services, row, counts.get(row.id) ?? NONE));
}

type Counts = Pick<WebhookEndpoint, 'pendingCount' | 'failedCount'>;

const NONE: Counts = { pendingCount: 0, failedCount: 0 };

/** In the order of the index, so that no others are read, and no further than counted: there may be very many. */
function countOf(organizationId: string, status: 'pending' | 'failed') {
  return sql`(select count(*)::int from (
    select from webhook_delivery as delivery
    where delivery.organization_id = ${organizationId} and delivery.endpoint_id = endpoint.id
      and delivery.status = ${sql.raw(`'${status}'`)}
    order by delivery.sequence limit ${WEBHOOK_COUNTED_MAX}) as counted)`;
}

type ViewRow = Awaited<ReturnType<typeof selectEndpoints>>[number];

function endpointView(
  services: Services,
  row: ViewRow,
  { pendingCount, failedCount }: Counts,
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
