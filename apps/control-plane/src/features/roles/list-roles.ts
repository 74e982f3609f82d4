import { BUILT_IN_ROLES, type Role, type RouteInput, type Routes } from '@tollkeeper/contract';
import { and, count, eq, ne } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { member, role } from '../../db/schema/index.ts';
import { page, pageStart } from '../../http/page.ts';
import { etagOf } from '../../write/etag.ts';
import type { KnownRole } from './find-role.ts';

type Query = NonNullable<RouteInput<Routes['listRoles']>['query']>;

/** The built-in roles on the first page, the organization's own after them. */
export async function listRoles(ctx: Ctx, { query }: { query: Query }) {
  const { db } = ctx.services;
  const { after, order, limit } = pageStart(query, role);
  const custom = await db
    .select()
    .from(role)
    .where(and(eq(role.organizationId, ctx.organizationId), after))
    .orderBy(...order)
    .limit(limit + 1);
  const { data, nextCursor } = page(custom, limit);
  const counts = await countMembers(db, ctx.organizationId);
  const builtIn = after ? [] : BUILT_IN_ROLES.map((each) => ({ ...each, builtIn: true }));
  const rows = [...builtIn, ...data.map((row) => ({ ...row, builtIn: false }))];
  return { data: rows.map((row) => roleView(row, counts.get(row.id) ?? 0)), nextCursor };
}

export function roleView(
  { id, name, description, scopes, builtIn }: KnownRole,
  membersCount: number,
): Role {
  const etag = roleEtag({ name, description, scopes });
  return { id, name, description, scopes: [...scopes], builtIn, membersCount, etag };
}

export function roleEtag({
  name,
  description,
  scopes,
}: Pick<KnownRole, 'name' | 'description' | 'scopes'>): string {
  return etagOf({ name, description, scopes });
}

/** How many members, suspended ones included, hold each role. */
export async function countMembers(db: Database | Transaction, organizationId: string) {
  const rows = await db
    .select({ roleId: member.roleId, members: count() })
    .from(member)
    .where(and(eq(member.organizationId, organizationId), ne(member.status, 'removed')))
    .groupBy(member.roleId);
  return new Map(rows.map((row) => [row.roleId, row.members]));
}
