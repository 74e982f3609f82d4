import { FINAL_SCOPES, RECENT_SIGN_IN_MINUTES, type Scope } from '@tollkeeper/contract';
import type { Ctx, Session } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { DomainError } from '../../domain-error.ts';
import { findUserFactors, includesSecondFactor, strongestFactors } from './user-factors.ts';

const RECENT_MS = RECENT_SIGN_IN_MINUTES * 60_000;

/**
 * Before what gives power away, a person proves to be there, by the strongest factor that they
 * have: a session may have been left open, or stolen. A key has no person to ask.
 * @throws DomainError recent_sign_in_required
 */
export async function requireRecentSignIn(
  { actor, services }: Ctx,
  db: Database | Transaction = services.db,
): Promise<void> {
  if (actor.type === 'key') return;
  await requireRecentSession(db, actor.userId, actor.session, services.clock());
}

/** @throws DomainError recent_sign_in_required */
export async function requireRecentSession(
  db: Database | Transaction,
  userId: string,
  { factors, authenticatedAt }: Session,
  now: Date,
): Promise<void> {
  const strongest = strongestFactors(await findUserFactors(db, userId));
  const isStrong = includesSecondFactor(factors) || strongest.includes('password');
  // A clock that was ahead, and was set right, must not leave sessions behind that stay recent for days.
  const isRecent = Math.abs(now.getTime() - authenticatedAt.getTime()) <= RECENT_MS;
  if (isStrong && isRecent) return;
  throw new DomainError(
    'recent_sign_in_required',
    `This needs a sign-in from the last ${RECENT_SIGN_IN_MINUTES} minutes, with the strongest factor that you have. Confirm that it is you, and try again.`,
    { factors: strongest },
  );
}

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
