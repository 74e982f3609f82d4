import { randomUUID } from 'node:crypto';
import { PASSWORD_RESET_MINUTES } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { user, verification } from '../../db/schema/index.ts';
import { DomainError } from '../../kernel/domain-error.ts';
import { createToken } from '../../kernel/one-time-token.ts';
import type { WriteServices } from '../../kernel/write.ts';
import { appendSessionEvent } from '../identity/index.ts';
import { handedOverIdentifier, resetLink } from './reset-token.ts';

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
  return db.transaction(async (tx) => {
    const [found] = await tx
      .select({ id: user.id, email: user.email })
      .from(user)
      .where(eq(user.email, email.toLowerCase()))
      .for('update');
    if (!found) {
      throw new DomainError('not_found', `There is no account "${email}" on this server.`);
    }
    await tx.insert(verification).values({
      id: randomUUID(),
      identifier: handedOverIdentifier(token),
      value: found.id,
      expiresAt,
    });
    await appendSessionEvent(tx, services, found.id, {
      action: 'session.create_reset_link',
      after: { expiresAt: expiresAt.toISOString() },
      origin: { requestId, ip: null, userAgent: null },
      actor: { type: 'operator' },
    });
    const link = resetLink(baseUrl, token);
    return { email: found.email, link, expiresAt: expiresAt.toISOString() };
  });
}
