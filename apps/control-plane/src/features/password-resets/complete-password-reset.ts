import type { RouteInput, Routes } from '@tollkeeper/contract';
import { hashPassword } from 'better-auth/crypto';
import type { Origin, Services } from '../../context.ts';
import { verification } from '../../db/schema/index.ts';
import {
  appendSessionEvent,
  changeUser,
  endAccess,
  findUserEmail,
  proveAddress,
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
