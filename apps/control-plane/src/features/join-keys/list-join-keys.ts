import type { JoinKey, JoinKeyBlock, RouteInput, Routes } from '@tollkeeper/contract';
import { scopeSet } from '@tollkeeper/verify';
import { and, count, eq, getTableColumns, isNull, lt, type SQL, sql } from 'drizzle-orm';
import {
  type Creator,
  creatingKey,
  creatingKeyName,
  creatingKeyView,
  creatorColumns,
  findBlock,
  isCreatingKey,
} from '../../access/creator.ts';
import { customRole } from '../../access/role-scopes.ts';
import { memberAddress, visibleFleet } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { gateway, joinKey, member, role, user } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { page, pageStart } from '../../http/page.ts';

type Query = NonNullable<RouteInput<Routes['listJoinKeys']>['query']>;

/** Also those that are used up or have expired, until they are purged. */
export async function listJoinKeys(ctx: Ctx, { query }: { query: Query }) {
  const { db, clock } = ctx.services;
  const { after, order, limit } = pageStart(query, joinKey);
  const asked = query.workspaceId ? eq(joinKey.workspaceId, query.workspaceId) : undefined;
  const rows = await selectJoinKeys(db, ctx)
    .where(and(visibleFleet(ctx, joinKey), asked, after))
    .orderBy(...order)
    .limit(limit + 1);
  return page(
    rows.map((row) => joinKeyView(row, clock())),
    limit,
  );
}

export type JoinKeyRow = typeof joinKey.$inferSelect;

const { hash: _hash, ...shown } = getTableColumns(joinKey);

/** Join keys as a page shows them, never with the hash; narrowed by the caller. */
function selectJoinKeys(db: Database | Transaction, ctx: Ctx) {
  const unconfirmed = db
    .select({ joinKeyId: gateway.joinKeyId, gateways: count().as('gateways') })
    .from(gateway)
    .where(and(eq(gateway.organizationId, ctx.organizationId), isUnconfirmed()))
    .groupBy(gateway.joinKeyId)
    .as('unconfirmed');
  return db
    .select({
      ...shown,
      // A join that finds the key used up takes the place of one of them.
      usesCount: sql<number>`(${joinKey.usesCount} - coalesce(${unconfirmed.gateways}, 0))::int`,
      creator: creatorColumns,
      creatorName: user.name,
      creatorEmail: memberAddress(ctx),
      keyName: creatingKeyName(ctx),
    })
    .from(joinKey)
    .innerJoin(member, eq(member.id, joinKey.memberId))
    .leftJoin(role, customRole)
    .leftJoin(creatingKey, isCreatingKey(joinKey))
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(unconfirmed, eq(unconfirmed.joinKeyId, joinKey.id))
    .$dynamic();
}

type ViewRow = Awaited<ReturnType<typeof selectJoinKeys>>[number];

function joinKeyView(row: ViewRow, now: Date): JoinKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    workspaceId: row.workspaceId,
    labels: row.labels,
    ...standing(row, now),
    usesMax: row.usesMax,
    usesCount: row.usesCount,
    createdBy: { memberId: row.memberId, name: row.creatorName, email: row.creatorEmail },
    createdByKey: creatingKeyView(row.createdByKeyId, row.keyName),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}

/** What ends a join key for good goes before what may pass. */
function standing(row: ViewRow, now: Date): Pick<JoinKey, 'status' | 'blockedBy'> {
  if (row.usesCount >= row.usesMax) return { status: 'used_up', blockedBy: null };
  if (row.expiresAt <= now) return { status: 'expired', blockedBy: null };
  const blockedBy = findJoinKeyBlock(row.creator, row, now);
  return { status: blockedBy ? 'blocked' : 'active', blockedBy };
}

/** @throws DomainError not_found */
export async function readJoinKey(tx: Transaction, ctx: Ctx, id: string): Promise<JoinKey> {
  const [row] = await selectJoinKeys(tx, ctx).where(
    and(visibleFleet(ctx, joinKey), eq(joinKey.id, id)),
  );
  if (!row) throw notFound('join key', id);
  return joinKeyView(row, ctx.services.clock());
}

const MANAGE_FLEET = scopeSet(['fleet.manage']);

/** Why no gateway can join with the join key at present; null when one can. */
export function findJoinKeyBlock(
  creator: Creator,
  created: { readonly createdByKeyId: string | null; readonly workspaceId: string },
  now: Date,
): JoinKeyBlock | null {
  return findBlock(creator, created, MANAGE_FLEET, now);
}

/** How long a gateway has from its join to its first connection before another may take its use. */
const CONFIRM_MS = 2 * 60_000;

/**
 * Gateways that joined and never connected: their connection is blocked, or their state folder is
 * lost. They do not count as uses of the join key.
 */
export function isUnconfirmed(): SQL | undefined {
  const since = sql`clock_timestamp() - ${`${CONFIRM_MS} milliseconds`}::interval`;
  return and(isNull(gateway.lastSeenAt), lt(gateway.createdAt, since));
}
