import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { account, session, user } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';

/** User that a request acts for, and the session or password that authenticated it. */
export interface RequestUser {
  readonly userId: string;
  /** The session that the request came by. */
  readonly sessionId?: string | undefined;
  /** The hash that the given password matched. */
  readonly matchedHash?: string | undefined;
}

/**
 * Locks the user, and confirms that the session has not ended and the password has not changed since
 * they were checked. A reset of the password locks the user as well before it signs them out: a
 * sign-in or a new factor comes either before it, and ends with it, or after it, and is refused.
 * @throws DomainError unauthenticated
 */
export async function confirmUser(
  tx: Transaction,
  { userId, sessionId, matchedHash }: RequestUser,
): Promise<void> {
  // No key update: it excludes every other of these, but no row that refers to the user.
  await tx.select({ id: user.id }).from(user).where(eq(user.id, userId)).for('no key update');
  if (sessionId !== undefined) {
    const [own] = await tx
      .select({ id: session.id })
      .from(session)
      .where(eq(session.id, sessionId))
      // Signing out locks no user: it waits here, or is seen.
      .for('key share');
    if (!own) throw refused('Your session has ended. Sign in again.');
  }
  if (matchedHash === undefined) return;
  const [same] = await tx
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.userId, userId), eq(account.password, matchedHash)));
  if (!same) throw refused('The password was changed just now. Sign in with the new one.');
}

function refused(detail: string): DomainError {
  return new DomainError('unauthenticated', detail);
}
