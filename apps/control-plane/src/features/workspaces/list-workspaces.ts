import type { RouteInput, Routes } from '@tollkeeper/contract';
import { and, asc, eq, gt } from 'drizzle-orm';
import { workspace } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { page, pageStart } from '../../kernel/page.ts';

type Query = NonNullable<RouteInput<Routes['listWorkspaces']>['query']>;

export async function listWorkspaces(ctx: Ctx, { query }: { query: Query }) {
  const { after, limit } = pageStart(query);
  const rows = await ctx.services.db
    .select()
    .from(workspace)
    .where(
      and(
        eq(workspace.organizationId, ctx.organizationId),
        ctx.workspaceId === null ? undefined : eq(workspace.id, ctx.workspaceId),
        after ? gt(workspace.id, after) : undefined,
      ),
    )
    .orderBy(asc(workspace.id))
    .limit(limit + 1);
  const workspaces = rows.map((row) => ({
    id: row.id,
    name: row.name,
    environment: row.environment,
    createdAt: row.createdAt.toISOString(),
  }));
  return page(workspaces, limit);
}
