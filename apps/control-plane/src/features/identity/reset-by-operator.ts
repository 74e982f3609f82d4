import type { AuditAction } from '@tollkeeper/contract';
import { hashPassword } from 'better-auth/crypto';
import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { passkey, twoFactor, user } from '../../db/schema/index.ts';
import { invalidField } from '../../domain-error.ts';
import type { WriteServices } from '../../write/write.ts';
import { appendSessionEvent } from './append-session-event.ts';
import { endAccess } from './end-access.ts';
import { awaitFirstUse } from './first-use.ts';
import { setPassword } from './password.ts';
import { changeUser, getUserId } from './user-transaction.ts';

const PASSWORD_LENGTH_MIN = 12;
const PASSWORD_LENGTH_MAX = 128;

/**
 * The operator's command for somebody who cannot sign in: sets another password and signs the user
 * out everywhere. Second factors stay.
 * @param isGenerated whether nobody chose it, so that nobody can guess it
 * @throws DomainError not_found, validation_failed
 */
export async function resetPasswordByOperator(
  services: WriteServices,
  email: string,
  password: string,
  requestId: string,
  isGenerated = false,
): Promise<{ email: string }> {
  if (password.length < PASSWORD_LENGTH_MIN || password.length > PASSWORD_LENGTH_MAX) {
    throw invalidField(
      'password',
      `must have ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} characters`,
    );
  }
  const hash = await hashPassword(password);
  return change(services, email, requestId, 'session.reset_password', async (tx, userId) => {
    await setPassword(tx, userId, hash, services.clock());
    if (isGenerated) await awaitFirstUse(tx, userId, services.clock());
  });
}

/**
 * The operator's command for somebody who has lost their second factors: removes the authenticator
 * app, its backup codes and every passkey, and signs the user out everywhere.
 * @throws DomainError not_found
 */
export async function resetSecondFactorsByOperator(
  services: WriteServices,
  email: string,
  requestId: string,
): Promise<{ email: string }> {
  return change(services, email, requestId, 'session.reset_second_factors', async (tx, userId) => {
    await tx.delete(twoFactor).where(eq(twoFactor.userId, userId));
    await tx.delete(passkey).where(eq(passkey.userId, userId));
    await tx.update(user).set({ twoFactorEnabled: false }).where(eq(user.id, userId));
  });
}

/** With its event in each organization of the user, in one transaction. */
async function change(
  services: WriteServices,
  email: string,
  requestId: string,
  action: AuditAction,
  work: (tx: Transaction, userId: string) => Promise<void>,
): Promise<{ email: string }> {
  const userId = await getUserId(services.db, email);
  await changeUser(services.db, userId, async (tx) => {
    await endAccess(tx, userId);
    await work(tx, userId);
    await appendSessionEvent(tx, services, userId, {
      action,
      after: null,
      origin: { requestId, ip: null, userAgent: null },
      actor: { type: 'operator' },
    });
  });
  return { email: email.toLowerCase() };
}
