import { PROFILE_CATALOG, type Profile } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { workspace } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { invalidField, notFound } from '../../kernel/domain-error.ts';

interface Place {
  readonly workspaceId: string | null;
  readonly environment: 'live' | 'test';
}

/**
 * The workspace that will confine a key of the profile, and whether its keys are live or test.
 * @param asked undefined leaves the choice: the caller's own workspace, or the only one
 * @throws DomainError not_found, validation_failed
 */
export async function resolveWorkspace(
  tx: Transaction,
  ctx: Ctx,
  profile: Profile,
  asked: string | null | undefined,
): Promise<Place> {
  const { confinement } = PROFILE_CATALOG[profile];
  if (confinement === 'forbidden') {
    if (asked)
      throw invalidField(
        'workspaceId',
        `goes not with the profile "${profile}", which no workspace confines`,
      );
    return { workspaceId: null, environment: 'live' };
  }
  const id = asked ?? (asked === null && confinement === 'optional' ? null : ctx.workspaceId);
  if (id) return findWorkspace(tx, ctx, id);
  if (confinement === 'optional') return { workspaceId: null, environment: 'live' };
  return onlyWorkspace(tx, ctx, profile);
}

async function findWorkspace(tx: Transaction, ctx: Ctx, id: string): Promise<Place> {
  const [row] = await tx
    .select({ workspaceId: workspace.id, environment: workspace.environment })
    .from(workspace)
    .where(and(eq(workspace.organizationId, ctx.organizationId), eq(workspace.id, id)))
    .for('key share');
  if (!row || (ctx.workspaceId !== null && ctx.workspaceId !== id)) throw notFound('workspace', id);
  return row;
}

async function onlyWorkspace(tx: Transaction, ctx: Ctx, profile: Profile): Promise<Place> {
  const rows = await tx
    .select({ workspaceId: workspace.id, environment: workspace.environment })
    .from(workspace)
    .where(eq(workspace.organizationId, ctx.organizationId))
    .limit(2);
  const [only] = rows;
  if (!only || rows.length > 1) {
    throw invalidField(
      'workspaceId',
      `is needed with the profile "${profile}": the organization has several workspaces`,
    );
  }
  return only;
}
