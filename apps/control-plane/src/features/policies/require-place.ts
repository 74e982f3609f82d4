import type { Ctx } from '../../context.ts';
import { invalidField, notFound } from '../../domain-error.ts';

/**
 * The workspace that is asked about: the one that is named, or that of the caller, or the only one.
 * @param subject what names none, such as "the key"
 * @throws DomainError not_found, validation_failed
 */
export function requirePlace(ctx: Ctx, named: string | null, subject: string): string {
  const workspaces = ctx.services.keys.workspaces();
  const id = named ?? ctx.workspaceId ?? onlyOf(workspaces, ctx.organizationId);
  if (id === undefined) {
    throw invalidField('workspaceId', `must be given: ${subject} belongs to no workspace`);
  }
  const isVisible = workspaces.get(id) === ctx.organizationId;
  if (!isVisible || (ctx.workspaceId !== null && ctx.workspaceId !== id)) {
    throw notFound('workspace', id);
  }
  return id;
}

/** @param workspaces the organization of each */
function onlyOf(
  workspaces: ReadonlyMap<string, string>,
  organizationId: string,
): string | undefined {
  let only: string | undefined;
  for (const [id, owner] of workspaces) {
    if (owner !== organizationId) continue;
    if (only !== undefined) return undefined;
    only = id;
  }
  return only;
}
