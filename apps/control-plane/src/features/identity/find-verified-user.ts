import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { user } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';

/**
 * The account that an operator names by its address.
 * @returns `confirmedNow` where the operator vouched for an address that was not confirmed before
 * @throws DomainError not_found, invalid_state
 */
export async function findVerifiedUser(
  tx: Transaction,
  email: string,
  confirmAddress: boolean,
): Promise<{ readonly id: string; readonly confirmedNow: boolean }> {
  const [found] = await tx
    .select({ id: user.id })
    .from(user)
    .where(eq(user.email, email.toLowerCase()));
  if (!found) throw notFound('account', email);
  return { id: found.id, confirmedNow: await requireVerifiedEmail(tx, found.id, confirmAddress) };
}

/**
 * Anyone who may invite can make an account for any address where links are handed over by hand. So
 * an operator's command gives nothing to an address that nobody has proven to read.
 * @param confirmAddress the operator vouches for it, which proves the address from then on
 * @returns whether that was needed
 * @throws DomainError invalid_state
 */
export async function requireVerifiedEmail(
  tx: Transaction,
  userId: string,
  confirmAddress: boolean,
): Promise<boolean> {
  const [found] = await tx.select().from(user).where(eq(user.id, userId)).for('update');
  if (!found) throw notFound('account', userId);
  if (found.emailVerified) return false;
  if (!confirmAddress) {
    throw new DomainError(
      'invalid_state',
      `The address "${found.email}" is not confirmed: its account was made with a link that was handed over by hand, so anyone may hold it. Ask its owner whether it is theirs, then repeat the command with --confirm-address.`,
    );
  }
  await markEmailVerified(tx, found.id);
  return true;
}

/** The holder of the account has shown that they read mail at its address, or the operator says so. */
export async function markEmailVerified(tx: Transaction, userId: string): Promise<void> {
  await tx.update(user).set({ emailVerified: true }).where(eq(user.id, userId));
}
