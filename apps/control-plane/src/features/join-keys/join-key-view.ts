import type { JOIN_KEY_STATUSES, JoinKey } from '@tollkeeper/contract';
import { and, eq, getTableColumns } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { joinKey, member, user } from '../../db/schema/index.ts';
import type { Facts } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/domain-error.ts';
import { visibleFleet } from '../../kernel/visible-fleet.ts';

export type JoinKeyRow = typeof joinKey.$inferSelect;

const { hash: _hash, ...shown } = getTableColumns(joinKey);

/** Join keys as a page shows them, never with the hash; narrowed by the caller. */
export function selectJoinKeys(db: Database | Transaction) {
  return db
    .select({ ...shown, makerName: user.name, makerEmail: user.email })
    .from(joinKey)
    .innerJoin(member, eq(member.id, joinKey.memberId))
    .innerJoin(user, eq(user.id, member.userId))
    .$dynamic();
}

type ViewRow = Awaited<ReturnType<typeof selectJoinKeys>>[number];

export function joinKeyView(row: ViewRow, now: Date): JoinKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    workspaceId: row.workspaceId,
    labels: row.labels,
    status: statusOf(row, now),
    usesMax: row.usesMax,
    usesCount: row.usesCount,
    createdBy: { memberId: row.memberId, name: row.makerName, email: row.makerEmail },
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}

function statusOf(row: ViewRow, now: Date): (typeof JOIN_KEY_STATUSES)[number] {
  if (row.usesCount >= row.usesMax) return 'used_up';
  return row.expiresAt <= now ? 'expired' : 'active';
}

/** @throws DomainError not_found */
export async function readJoinKey(tx: Transaction, ctx: Ctx, id: string): Promise<JoinKey> {
  const [row] = await selectJoinKeys(tx).where(and(visibleFleet(ctx, joinKey), eq(joinKey.id, id)));
  if (!row) throw notFound('join key', id);
  return joinKeyView(row, ctx.services.clock());
}

/** What the audit log tells of a join key. */
export function joinKeyFacts(row: Omit<JoinKeyRow, 'hash'>): Facts {
  return {
    name: row.name,
    prefix: row.prefix,
    workspaceId: row.workspaceId,
    memberId: row.memberId,
    labels: row.labels,
    usesMax: row.usesMax,
    usesCount: row.usesCount,
    expiresAt: row.expiresAt.toISOString(),
  };
}
