import type { Ctx } from '../context.ts';
import { DomainError } from '../domain-error.ts';

/**
 * What belongs to the whole organization is out of reach for a key that is confined to a
 * workspace, whatever scopes it holds.
 * @throws DomainError outside_workspace
 */
export function requireWholeOrganization(ctx: Ctx): void {
  if (ctx.workspaceId === null) return;
  throw new DomainError(
    'outside_workspace',
    `Your key is confined to the workspace "${ctx.workspaceId}"; this changes the whole organization. Use a key without a workspace.`,
  );
}
