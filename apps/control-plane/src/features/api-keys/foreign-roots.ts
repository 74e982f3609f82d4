import { holds } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { DomainError } from '../../domain-error.ts';
import { livingKeys } from './find-created.ts';
import type { ReadLineage } from './read-lineage.ts';
import { traceDescendants } from './trace-descendants.ts';

/**
 * The roots that the caller must not revoke with what they created: a key of another member is among
 * it, who does not leave with it. A member who leaves with another root does not count, as that one
 * may be refused.
 */
export function findForeignRoots(
  ctx: Ctx,
  lineage: ReadLineage,
  rootIds: readonly string[],
): ReadonlySet<string> {
  if (holds(ctx.scopes, 'api_keys.manage_all')) return new Set();
  const { memberId: callerId } = ctx.actor;
  const isForeign = [...lineage.keys.values()].some(({ memberId }) => memberId !== callerId);
  if (!isForeign) return new Set();
  return new Set(
    rootIds.filter((rootId) => {
      const keys = livingKeys(lineage, traceDescendants(lineage, [rootId]), [rootId]);
      return keys.some(
        ({ memberId, ownerLeaves }) => memberId !== ctx.actor.memberId && !ownerLeaves,
      );
    }),
  );
}

const OF_ANOTHER =
  'Among the keys that this key created or rotated are some that belong to another member. Ask someone who holds the scope "api_keys.manage_all"';

/** Of a cascade that was not begun. */
export function treeOfAnother(): DomainError {
  return ofAnother(`${OF_ANOTHER}, or leave out everything it created or rotated.`);
}

/** Of one whose key was revoked. */
export function treeOfAnotherLeft(): DomainError {
  return ofAnother(
    `The key was revoked, but not what it created. ${OF_ANOTHER} to revoke it again with what it created.`,
  );
}

function ofAnother(message: string): DomainError {
  return new DomainError('insufficient_scope', message, { scopes: ['api_keys.manage_all'] });
}
