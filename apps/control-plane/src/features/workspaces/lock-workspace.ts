import { and, eq, ne, sql } from 'drizzle-orm';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { workspace } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';

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
        sql`lower(${workspace.name}) = lower(${name})`,
      ),
    )
    .limit(1);
  if (!taken) return;
  throw new DomainError(
    'invalid_state',
    `There is a workspace "${name}" already. Choose another name.`,
  );
}
