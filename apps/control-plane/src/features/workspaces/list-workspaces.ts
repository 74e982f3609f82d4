import type { RouteInput, Routes, Workspace } from '@tollkeeper/contract';
import { and, eq, getTableColumns, ne, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { apiKey, gateway, joinKey, workspace } from '../../db/schema/index.ts';
import { belongsTo, defineLockedRead } from '../../db/statement.ts';
import { DomainError, notFound } from '../../domain-error.ts';
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
function selectWorkspaces(db: Database | Transaction) {
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

function workspaceView(row: ViewRow): Workspace {
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

interface Place {
  readonly workspaceId: string;
  readonly environment: 'live' | 'test';
}

const lockPlace = defineLockedRead<Place, [organizationId: string, id: string]>(
  'lock-workspace',
  `select id as "workspaceId", environment from workspace
  where id = $2 and ${belongsTo('workspace', '$1')}
  for key share`,
);

const lockOnlyPlace = defineLockedRead<Place, [organizationId: string]>(
  'lock-only-workspace',
  `select id as "workspaceId", environment from workspace
  where organization_id = $1 and not exists (
    select from workspace as other where other.organization_id = $1 and other.id <> workspace.id)
  for key share of workspace`,
);

/**
 * The workspace in which something is about to be made; it cannot be deleted meanwhile.
 * @throws DomainError not_found, also for a key that is confined to another one
 */
export async function getWorkspace(tx: Transaction, ctx: Ctx, id: string): Promise<Place> {
  const [row] = await lockPlace(tx, [ctx.organizationId, id]);
  if (!row || (ctx.workspaceId !== null && ctx.workspaceId !== id)) throw notFound('workspace', id);
  return row;
}

/**
 * The workspace of an organization that has no other; it cannot be deleted meanwhile. None is created
 * meanwhile either: that takes the lock of the chain's end, which the transaction holds.
 */
export async function findOnlyWorkspace(tx: Transaction, ctx: Ctx): Promise<Place | undefined> {
  const [only] = await lockOnlyPlace(tx, [ctx.organizationId]);
  return only;
}

/**
 * The workspace, locked until the transaction ends: no key can be made in it meanwhile.
 * @throws DomainError not_found, also for a key that is confined to another one
 */
export async function lockWorkspace(tx: Transaction, ctx: Ctx, id: string) {
  const [row] = await tx
    .select()
    .from(workspace)
    .where(and(eq(workspace.organizationId, ctx.organizationId), eq(workspace.id, id)))
    .for('update');
  if (!row || (ctx.workspaceId !== null && ctx.workspaceId !== id)) throw notFound('workspace', id);
  return row;
}

/** @throws DomainError invalid_state */
export async function requireFreeName(
  tx: Transaction,
  ctx: Ctx,
  name: string,
  own = '',
): Promise<void> {
  const [taken] = await tx
    .select({ id: workspace.id })
    .from(workspace)
    .where(
      and(
        eq(workspace.organizationId, ctx.organizationId),
        ne(workspace.id, own),
        sql`lower(trim(${workspace.name})) = lower(${name})`,
      ),
    )
    .limit(1);
  if (!taken) return;
  throw new DomainError(
    'invalid_state',
    `There is a workspace "${name}" already. Choose another name.`,
  );
}
