import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { DomainError } from '../../domain-error.ts';
import type { KeepMembers } from '../../lineage/removable-members.ts';
import { createLockedTracer } from '../../lineage/trace-ancestors.ts';

/**
 * A key that falls in the cascade that it asks for would be refused half-way. So it is refused before
 * anything changes. A thief gains nothing: who can make a key fall, by giving it a new secret, can also
 * revoke it, and any key may still revoke others without what they created.
 * @throws DomainError cascade_includes_caller, cascade_undetermined
 */
export async function requireCallerOutside(
  tx: Transaction,
  ctx: Ctx,
  rootIds: readonly string[],
  keepMembers: KeepMembers | undefined,
): Promise<void> {
  const { actor } = ctx;
  if (actor.type !== 'key') return;
  if (rootIds.includes(actor.keyId)) throw callerInside();
  const cascade = { rootIds, keepMembers };
  const found = await createLockedTracer(tx, [actor.keyId], ADVICE)(ctx, cascade);
  if (found?.rootNow(actor.keyId) !== undefined) throw callerInside();
}

const ADVICE =
  'Try again, use another API key, or sign in to the dashboard. To stop a key at once, revoke it without what it created.';

function callerInside(): DomainError {
  return new DomainError(
    'cascade_includes_caller',
    'The API key that sent this request is among what would be revoked. Use another API key, or sign in to the dashboard. To stop a key at once, revoke it without what it created.',
  );
}
