import { FINAL_SCOPES, type Scope } from '@tollkeeper/contract';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { requireRecentSignIn } from './require-recent-sign-in.ts';

/**
 * Anyone who may delete or transfer the organization, a key even without a password, ends what it
 * is. So a member who grants that in a session, to a key or to a person, proves to be there.
 * @param scopes what the key or the person may do from now on
 * @param before what they may do already
 * @throws DomainError recent_sign_in_required
 */
export async function requireRecentGrant(
  tx: Transaction,
  ctx: Ctx,
  scopes: readonly Scope[],
  before: readonly Scope[] = [],
): Promise<void> {
  const granted = FINAL_SCOPES.filter((scope) => scopes.includes(scope) && !before.includes(scope));
  if (granted.length > 0) await requireRecentSignIn(ctx, tx);
}
