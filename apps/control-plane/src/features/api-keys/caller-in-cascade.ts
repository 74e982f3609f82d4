import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { DomainError } from '../../domain-error.ts';
import type { KeepMembers } from '../../lineage/removable-members.ts';
import { traceAncestors } from '../../lineage/trace-ancestors.ts';

/**
 * A key that falls in the cascade that it asks for would be refused half-way. So it is refused before
 * anything changes. A thief gains nothing: who can make a key fall, by giving it a new secret, can also
 * revoke it, and any key may still revoke others without what they created.
 * @throws DomainError cascade_includes_caller
 */
export async function requireCallerOutside(
  db: Database | Transaction,
  ctx: Ctx,
  rootIds: readonly string[],
  keepMembers: KeepMembers | undefined,
): Promise<void> {
  const { actor } = ctx;
  if (actor.type !== 'key') return;
  if (rootIds.includes(actor.keyId)) throw callerInside();
  const found = await traceAncestors(db, ctx, { rootIds, keepMembers }, [actor.keyId]);
  if (found === 'unknown' || found?.rootNow(actor.keyId) !== undefined) throw callerInside();
}

function callerInside(): DomainError {
  return new DomainError(
    'cascade_includes_caller',
    'The API key that sent this request is among what would be revoked, or may be. Use another API key, or sign in to the dashboard. To stop a key at once, revoke it without what it created.',
  );
}
