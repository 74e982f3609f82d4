import type { Leak } from '@tollkeeper/contract';
import { and, eq, getTableColumns } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { holds } from '../../access/require-scope.ts';
import { visibleCounts } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { leak, member, user } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';

const reporter = alias(member, 'reporter');
const reporterUser = alias(user, 'reporter_user');
const closer = alias(member, 'closer');
const closerUser = alias(user, 'closer_user');

/** Those of keys that the caller sees, or saw before they were deleted. */
export function visibleLeaks(ctx: Ctx) {
  return and(eq(leak.organizationId, ctx.organizationId), visibleCounts(ctx, leak));
}

export function selectLeaks(db: Database | Transaction) {
  return db
    .select({
      ...getTableColumns(leak),
      reporterName: reporterUser.name,
      closerName: closerUser.name,
    })
    .from(leak)
    .leftJoin(reporter, eq(reporter.id, leak.reportedBy))
    .leftJoin(reporterUser, eq(reporterUser.id, reporter.userId))
    .leftJoin(closer, eq(closer.id, leak.closedBy))
    .leftJoin(closerUser, eq(closerUser.id, closer.userId));
}
export type LeakRow = Awaited<ReturnType<typeof selectLeaks>>[number];

export function leakView(row: LeakRow): Leak {
  return {
    id: row.id,
    key: { id: row.keyId, name: row.keyName, prefix: row.keyPrefix, canary: row.canary },
    reporter: row.reporter,
    reportedBy: personOf(row.reportedBy, row.reporterName),
    url: row.url,
    source: row.source,
    action: row.action,
    status: row.status,
    furtherReports: row.furtherReports,
    createdAt: row.createdAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
    closedBy: personOf(row.closedBy, row.closerName),
    note: row.note,
  };
}

function personOf(memberId: string | null, name: string | null) {
  return memberId === null ? null : { memberId, name: name ?? '' };
}

/** For a reporter, who may lack the scope to read reports. */
export async function findLeak(ctx: Ctx, id: string): Promise<Leak | undefined> {
  if (!holds(ctx.scopes, 'integrations.read')) return undefined;
  const [row] = await selectLeaks(ctx.services.db).where(and(visibleLeaks(ctx), eq(leak.id, id)));
  return row && leakView(row);
}

/** @throws DomainError not_found */
export async function readLeak(db: Database | Transaction, ctx: Ctx, id: string): Promise<Leak> {
  const [row] = await selectLeaks(db).where(and(visibleLeaks(ctx), eq(leak.id, id)));
  if (!row) throw notFound('leak', id);
  return leakView(row);
}
