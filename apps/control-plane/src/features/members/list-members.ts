import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, asc, eq, gt, ne } from 'drizzle-orm';
import { member, role, user } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { page, pageStart } from '../../kernel/page.ts';
import { customRole, roleName } from '../../kernel/role-scopes.ts';

type Query = NonNullable<RouteInput<Routes['listMembers']>['query']>;

export async function listMembers(ctx: Ctx, { query }: { query: Query }) {
  const { after, limit } = pageStart(query);
  const rows = await ctx.services.db
    .select({ member, name: user.name, email: user.email, customName: role.name })
    .from(member)
    .leftJoin(role, customRole)
    .innerJoin(user, eq(user.id, member.userId))
    .where(
      and(
        eq(member.organizationId, ctx.organizationId),
        ne(member.status, 'removed'),
        after ? gt(member.id, after) : undefined,
      ),
    )
    .orderBy(asc(member.id))
    .limit(limit + 1);
  const members = rows.map((row) => ({
    id: row.member.id,
    name: row.name,
    email: row.email,
    roleId: row.member.roleId,
    roleName: roleName(row.member.roleId, row.customName),
    status: row.member.status === 'suspended' ? ('suspended' as const) : ('active' as const),
    createdAt: row.member.createdAt.toISOString(),
  }));
  return page(members, limit);
}
