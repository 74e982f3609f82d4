import type { RouteInput, Routes, Workspace } from '@tollkeeper/contract';
import { and, count, eq } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { apiKey, workspace } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { page, pageStart } from '../../kernel/page.ts';

type Query = NonNullable<RouteInput<Routes['listWorkspaces']>['query']>;

export async function listWorkspaces(ctx: Ctx, { query }: { query: Query }) {
  const { after, order, limit } = pageStart(query, workspace);
  const rows = await ctx.services.db
    .select({ workspace, keysCount: keysIn(ctx.services.db) })
    .from(workspace)
    .where(
      and(
        eq(workspace.organizationId, ctx.organizationId),
        ctx.workspaceId === null ? undefined : eq(workspace.id, ctx.workspaceId),
        after,
      ),
    )
    .orderBy(...order)
    .limit(limit + 1);
  return page(
    rows.map((row) => workspaceView(row.workspace, row.keysCount)),
    limit,
  );
}

/** The number of keys that a workspace confines, as a column beside it. */
function keysIn(db: Database | Transaction) {
  return db.$count(apiKey, eq(apiKey.workspaceId, workspace.id));
}

export async function countKeys(tx: Transaction, workspaceId: string): Promise<number> {
  const [row] = await tx
    .select({ keys: count() })
    .from(apiKey)
    .where(eq(apiKey.workspaceId, workspaceId));
  return row?.keys ?? 0;
}

export function workspaceView(row: typeof workspace.$inferSelect, keysCount: number): Workspace {
  return {
    id: row.id,
    name: row.name,
    environment: row.environment,
    keysCount,
    createdAt: row.createdAt.toISOString(),
  };
}
