import {
  type ChatDestination,
  NOTIFICATION_KIND_NAMES,
  type NotificationKind,
} from '@tollkeeper/contract';
import { and, eq, getTableColumns } from 'drizzle-orm';
import {
  creatingKey,
  creatingKeyName,
  creatingKeyView,
  isCreatingKey,
} from '../../access/creator.ts';
import { memberAddress } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { chatDestination, member, user } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import type { AuditTarget } from '../../write/audit.ts';
import { etagOf } from '../../write/etag.ts';

export type DestinationRow = typeof chatDestination.$inferSelect;

/** Destinations with their creators; narrowed by the caller. */
export function selectDestinations(db: Database | Transaction, ctx: Ctx) {
  return db
    .select({
      ...getTableColumns(chatDestination),
      creatorName: user.name,
      creatorEmail: memberAddress(ctx),
      keyName: creatingKeyName(ctx),
    })
    .from(chatDestination)
    .innerJoin(member, eq(member.id, chatDestination.memberId))
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(creatingKey, isCreatingKey(chatDestination))
    .$dynamic();
}

type ViewRow = Awaited<ReturnType<typeof selectDestinations>>[number];

export function destinationView(row: ViewRow): ChatDestination {
  const { id, name, service, host, status, disabledReason, failingSince, lastProblem } = row;
  const isFailing = status === 'enabled' && failingSince !== null;
  return {
    ...{ id, name, service, host, kinds: inOrder(row.kinds), status, disabledReason },
    health: isFailing ? 'failing' : status === 'enabled' ? 'healthy' : 'disabled',
    failingSince: failingSince?.toISOString() ?? null,
    lastProblem,
    nextAttemptAt: isFailing ? row.nextAttemptAt.toISOString() : null,
    lastDeliveredAt: row.lastDeliveredAt?.toISOString() ?? null,
    createdBy: { memberId: row.memberId, name: row.creatorName, email: row.creatorEmail },
    createdByKey: creatingKeyView(row.createdByKeyId, row.keyName),
    createdAt: row.createdAt.toISOString(),
    etag: destinationEtag(row),
  };
}

export function destinationEtag({ name, url, kinds }: DestinationRow): string {
  return etagOf({ name, url: url.toString('base64'), kinds });
}

/** Each kind once, as the catalog has them. */
export function inOrder(kinds: readonly NotificationKind[]): NotificationKind[] {
  return NOTIFICATION_KIND_NAMES.filter((kind) => kinds.includes(kind));
}

export function destinationTarget({ id, name }: Pick<DestinationRow, 'id' | 'name'>): AuditTarget {
  return { type: 'chat_destination', id, name };
}

/** @throws DomainError not_found, also for a key that is confined to a workspace */
export async function readDestination(
  db: Database | Transaction,
  ctx: Ctx,
  id: string,
): Promise<ChatDestination> {
  const [row] = await selectDestinations(db, ctx).where(isDestination(ctx.organizationId, id));
  if (!row || ctx.workspaceId !== null) throw notFound('chat destination', id);
  return destinationView(row);
}

/**
 * The destination, locked until the transaction ends.
 * @throws DomainError not_found, also for a key that is confined to a workspace
 */
export async function lockDestination(
  tx: Transaction,
  ctx: Ctx,
  id: string,
): Promise<DestinationRow> {
  const [row] = await tx
    .select()
    .from(chatDestination)
    .where(isDestination(ctx.organizationId, id))
    .for('update');
  if (!row || ctx.workspaceId !== null) throw notFound('chat destination', id);
  return row;
}

export function isDestination(organizationId: string, id: string) {
  return and(eq(chatDestination.organizationId, organizationId), eq(chatDestination.id, id));
}
