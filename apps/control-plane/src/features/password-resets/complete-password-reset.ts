import type { RouteInput, Routes } from '@tollkeeper/contract';
import { hashPassword } from 'better-auth/crypto';
import { eq } from 'drizzle-orm';
import type { Origin, Services } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { passkey, verification } from '../../db/schema/index.ts';
import {
  appendSessionEvent,
  changeUser,
  endAccess,
  findUserEmail,
  markEmailVerified,
  setPassword,
} from '../identity/index.ts';
import { invalidLink, isOpenLink, resetIdentifier } from './find-password-reset.ts';

interface Visitor {
  readonly services: Services;
  readonly origin: Origin;
}

/**
 * Sets the password and signs the account out everywhere, which ends its other links as well. The
 * second factors stay, and nobody is signed in: a mailbox alone opens no account that has one.
 * @returns the address of the account
 * @throws DomainError password_reset_invalid
 */
export async function completePasswordReset(
  { services, origin }: Visitor,
  { body }: RouteInput<Routes['completePasswordReset']>,
): Promise<{ readonly email: string }> {
  const now = services.clock();
  const mailed = resetIdentifier(body.token);
  const isOpen = isOpenLink(body.token, now);
  // Before the slow hash, which a stranger could else make us compute with any token.
  const [open] = await services.db
    .select({ userId: verification.value, identifier: verification.identifier })
    .from(verification)
    .where(isOpen);
  if (!open) throw invalidLink();
  const { userId } = open;
  const hash = await hashPassword(body.newPassword);
  // Locks the user before the links: of two that are used at once, one waits, and finds its own gone.
  await changeUser(services.db, userId, async (tx) => {
    const used = await tx.delete(verification).where(isOpen).returning({ id: verification.id });
    if (used.length === 0) throw invalidLink();
    await setPassword(tx, userId, hash, now);
    await endAccess(tx, userId);
    if (open.identifier === mailed) await proveAddress(tx, userId);
    await appendSessionEvent(tx, services, userId, {
      action: 'session.reset_password',
      after: null,
      origin,
    });
  });
  const email = await findUserEmail(services.db, userId);
  if (email === undefined) throw invalidLink();
  return { email };
}

/**
 * Only its mailbox received the link. Where a passkey stays that someone else may have added, the
 * account may still open to them, so the mailbox alone proves nothing.
 */
async function proveAddress(tx: Transaction, userId: string): Promise<void> {
  const passkeys = await tx
    .select({ id: passkey.id })
    .from(passkey)
    .where(eq(passkey.userId, userId))
    .limit(1);
  if (passkeys.length === 0) await markEmailVerified(tx, userId);
}
