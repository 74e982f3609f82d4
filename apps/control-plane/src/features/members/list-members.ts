import type { Member, RouteInput, Routes } from '@tollkeeper/contract';
import { and, eq, isNull, lt, ne, or, sql } from 'drizzle-orm';
import { customRole, roleName } from '../../access/role-scopes.ts';
import type { Ctx, Services } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { apiKey, member, role, user } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { page, pageStart } from '../../http/page.ts';
import { etagOf } from '../../write/etag.ts';

type Query = NonNullable<RouteInput<Routes['listMembers']>['query']>;

export async function listMembers(ctx: Ctx, { query }: { query: Query }) {
  const { after, order, limit } = pageStart(query, member);
  const rows = await selectMembers(ctx.services.db, ctx)
    .where(and(present(ctx), after))
    .orderBy(...order)
    .limit(limit + 1);
  return page(rows.map(memberView), limit);
}

/** The members of the caller's organization, as a page shows them; narrowed by the caller. */
function selectMembers(db: Database | Transaction, ctx: Ctx) {
  return db
    .select({
      id: member.id,
      name: user.name,
      email: user.email,
      emailVerified: user.emailVerified,
      roleId: member.roleId,
      customName: role.name,
      status: member.status,
      lastSeenAt: member.lastSeenAt,
      createdAt: member.createdAt,
      keysCount: liveKeys(ctx).mapWith(Number),
    })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(role, customRole)
    .$dynamic();
}

type ViewRow = Awaited<ReturnType<typeof selectMembers>>[number];

/** A confined caller learns nothing of other workspaces, not even a number. */
function liveKeys({ organizationId, workspaceId, services }: Ctx) {
  const within = workspaceId === null ? sql`` : sql`and ${apiKey.workspaceId} = ${workspaceId}`;
  return sql<number>`(
    select count(*) from ${apiKey}
    where ${apiKey.organizationId} = ${organizationId} and ${apiKey.memberId} = ${member.id}
      and ${apiKey.status} <> 'revoked' ${within}
      and (${apiKey.expiresAt} is null
        or ${apiKey.expiresAt} > ${services.clock().toISOString()}::timestamptz))`;
}

/** Those who were removed keep a row, but are members no longer. */
export function present(ctx: Ctx) {
  return and(eq(member.organizationId, ctx.organizationId), ne(member.status, 'removed'));
}

function memberView(row: ViewRow): Member {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    emailVerified: row.emailVerified,
    roleId: row.roleId,
    roleName: roleName(row.roleId, row.customName),
    status: row.status === 'active' ? 'active' : 'suspended',
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    keysCount: row.keysCount,
    createdAt: row.createdAt.toISOString(),
    etag: memberEtag(row),
  };
}

export function memberEtag({ roleId }: Pick<ViewRow, 'roleId'>): string {
  return etagOf({ roleId });
}

/** @throws DomainError not_found */
export async function readMember(tx: Transaction, ctx: Ctx, id: string): Promise<Member> {
  const [row] = await selectMembers(tx, ctx).where(and(present(ctx), eq(member.id, id)));
  if (!row) throw notFound('member', id);
  return memberView(row);
}

const MINUTE_MS = 60_000;

/** Notes that the member was here, at most once a minute. Not a change: no audit event tells it. */
export async function markSeen(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  seen: { readonly id: string; readonly lastSeenAt: Date | null },
): Promise<void> {
  const now = clock();
  const before = new Date(now.getTime() - MINUTE_MS);
  if (seen.lastSeenAt && seen.lastSeenAt > before) return;
  await db
    .update(member)
    .set({ lastSeenAt: now })
    .where(
      and(eq(member.id, seen.id), or(isNull(member.lastSeenAt), lt(member.lastSeenAt, before))),
    );
}
