import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { workspace } from '../db/schema/index.ts';
import type { Ctx } from './context.ts';
import { notFound } from './domain-error.ts';

const place = { workspaceId: workspace.id, environment: workspace.environment };

export interface Place {
  readonly workspaceId: string;
  readonly environment: 'live' | 'test';
}

/**
 * The workspace in which something is about to be made; it cannot be deleted meanwhile.
 * @throws DomainError not_found, also for a key that is confined to another one
 */
export async function getWorkspace(tx: Transaction, ctx: Ctx, id: string): Promise<Place> {
  const [row] = await tx
    .select(place)
    .from(workspace)
    .where(and(eq(workspace.organizationId, ctx.organizationId), eq(workspace.id, id)))
    .for('key share');
  if (!row || (ctx.workspaceId !== null && ctx.workspaceId !== id)) throw notFound('workspace', id);
  return row;
}

/** The workspace of an organization that has no other. */
export async function findOnlyWorkspace(tx: Transaction, ctx: Ctx): Promise<Place | undefined> {
  const rows = await tx
    .select(place)
    .from(workspace)
    .where(eq(workspace.organizationId, ctx.organizationId))
    .limit(2);
  return rows.length === 1 ? rows[0] : undefined;
}
