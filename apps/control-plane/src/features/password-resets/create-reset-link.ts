import { randomUUID } from 'node:crypto';
import { PASSWORD_RESET_MINUTES } from '@tollkeeper/contract';
import { verification } from '../../db/schema/index.ts';
import { createToken } from '../../random-bytes.ts';
import type { WriteServices } from '../../write/write.ts';
import { appendSessionEvent, changeUser, getUserId } from '../identity/index.ts';
import { handedOverIdentifier, resetLink } from './find-password-reset.ts';

/**
 * The operator's command for somebody who forgot the password: a one-time link to hand over. Nothing
 * else changes until it is used.
 * @throws DomainError not_found
 */
export async function createResetLink(
  services: WriteServices,
  email: string,
  baseUrl: string,
  requestId: string,
): Promise<{ email: string; link: string; expiresAt: string }> {
  const { db, clock, randomBytes } = services;
  const token = createToken(randomBytes);
  const expiresAt = new Date(clock().getTime() + PASSWORD_RESET_MINUTES * 60_000);
  const userId = await getUserId(db, email);
  await changeUser(db, userId, async (tx) => {
    await tx.insert(verification).values({
      id: randomUUID(),
      identifier: handedOverIdentifier(token),
      value: userId,
      expiresAt,
    });
    await appendSessionEvent(tx, services, userId, {
      action: 'session.create_reset_link',
      after: { expiresAt: expiresAt.toISOString() },
      origin: { requestId, ip: null, userAgent: null },
      actor: { type: 'operator' },
    });
  });
  return {
    email: email.toLowerCase(),
    link: resetLink(baseUrl, token),
    expiresAt: expiresAt.toISOString(),
  };
}
