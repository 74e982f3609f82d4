import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { belongsTo, defineLockedRead } from '../../db/statement.ts';
import { notFound } from '../../domain-error.ts';

export interface Place {
  readonly workspaceId: string;
  readonly environment: 'live' | 'test';
}

const lockWorkspace = defineLockedRead<Place, [organizationId: string, id: string]>(
  'lock-workspace',
  `select id as "workspaceId", environment from workspace
  where id = $2 and ${belongsTo('workspace', '$1')}
  for key share`,
);

const lockOnlyWorkspace = defineLockedRead<Place, [organizationId: string]>(
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
  const [row] = await lockWorkspace(tx, [ctx.organizationId, id]);
  if (!row || (ctx.workspaceId !== null && ctx.workspaceId !== id)) throw notFound('workspace', id);
  return row;
}

/**
 * The workspace of an organization that has no other; it cannot be deleted meanwhile. None is created
 * meanwhile either: that takes the lock of the chain's end, which the transaction holds.
 */
export async function findOnlyWorkspace(tx: Transaction, ctx: Ctx): Promise<Place | undefined> {
  const [only] = await lockOnlyWorkspace(tx, [ctx.organizationId]);
  return only;
}
