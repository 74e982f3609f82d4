import type { RouteInput, Routes, Workspace } from '@tollkeeper/contract';
import { and, eq, getTableColumns } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { apiKey, gateway, joinKey, workspace } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { page, pageStart } from '../../http/page.ts';
import { etagOf } from '../../write/etag.ts';

type Query = NonNullable<RouteInput<Routes['listWorkspaces']>['query']>;

export async function listWorkspaces(ctx: Ctx, { query }: { query: Query }) {
  const { after, order, limit } = pageStart(query, workspace);
  const rows = await selectWorkspaces(ctx.services.db)
    .where(
      and(
        eq(workspace.organizationId, ctx.organizationId),
        ctx.workspaceId === null ? undefined : eq(workspace.id, ctx.workspaceId),
        after,
      ),
    )
    .orderBy(...order)
    .limit(limit + 1);
  return page(rows.map(workspaceView), limit);
}

/** Workspaces with how much is in each; narrowed by the caller. */
export function selectWorkspaces(db: Database | Transaction) {
  return db
    .select({
      ...getTableColumns(workspace),
      keysCount: db.$count(
        apiKey,
        // The organization leads the index.
        and(
          eq(apiKey.organizationId, workspace.organizationId),
          eq(apiKey.workspaceId, workspace.id),
        ),
      ),
      gatewaysCount: db.$count(gateway, eq(gateway.workspaceId, workspace.id)),
      joinKeysCount: db.$count(joinKey, eq(joinKey.workspaceId, workspace.id)),
    })
    .from(workspace)
    .$dynamic();
}

type ViewRow = Awaited<ReturnType<typeof selectWorkspaces>>[number];

export function workspaceView(row: ViewRow): Workspace {
  return {
    id: row.id,
    name: row.name,
    environment: row.environment,
    keysCount: row.keysCount,
    gatewaysCount: row.gatewaysCount,
    joinKeysCount: row.joinKeysCount,
    createdAt: row.createdAt.toISOString(),
    etag: workspaceEtag(row),
  };
}

export function workspaceEtag({ name }: Pick<ViewRow, 'name'>): string {
  return etagOf({ name });
}

/** @throws DomainError not_found */
export async function readWorkspace(tx: Transaction, id: string): Promise<Workspace> {
  const [row] = await selectWorkspaces(tx).where(eq(workspace.id, id));
  if (!row) throw notFound('workspace', id);
  return workspaceView(row);
}
