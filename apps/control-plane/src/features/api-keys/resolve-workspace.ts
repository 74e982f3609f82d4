import { PROFILE_CATALOG, type Profile } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { invalidField } from '../../domain-error.ts';
import { findOnlyWorkspace, getWorkspace } from '../workspaces/index.ts';

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
  if (id) return getWorkspace(tx, ctx, id);
  if (confinement === 'optional') return { workspaceId: null, environment: 'live' };
  return onlyWorkspace(tx, ctx, profile);
}

async function onlyWorkspace(tx: Transaction, ctx: Ctx, profile: Profile): Promise<Place> {
  const only = await findOnlyWorkspace(tx, ctx);
  if (only) return only;
  throw invalidField(
    'workspaceId',
    `is needed with the profile "${profile}": the organization has several workspaces`,
  );
}
