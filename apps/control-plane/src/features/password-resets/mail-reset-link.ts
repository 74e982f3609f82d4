import { randomUUID } from 'node:crypto';
import { PASSWORD_RESET_MINUTES } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { user, verification } from '../../db/schema/index.ts';
import { mailCodes } from '../../mail/mailer.ts';
import { createToken } from '../../mail/one-time-token.ts';
import { resetMail } from './reset-mail.ts';
import { resetIdentifier, resetLink } from './reset-token.ts';

/**
 * Mails a new link to the account of that address, if there is one. Runs as a job, which is stored:
 * so it makes the token itself, and throws nothing that could repeat it.
 * @throws Error when the mail server took no mail; the job runs again then, with another token
 */
export async function mailResetLink(
  {
    db,
    log,
    clock,
    randomBytes,
    baseUrl,
    mailer,
  }: Pick<Services, 'db' | 'log' | 'clock' | 'randomBytes' | 'baseUrl' | 'mailer'>,
  email: string,
): Promise<void> {
  const [found] = await db
    .select({ id: user.id, email: user.email })
    .from(user)
    .where(eq(user.email, email.toLowerCase()));
  if (!found || !mailer) return;
  const token = createToken(randomBytes);
  await db.insert(verification).values({
    id: randomUUID(),
    identifier: resetIdentifier(token),
    value: found.id,
    expiresAt: new Date(clock().getTime() + PASSWORD_RESET_MINUTES * 60_000),
  });
  try {
    await mailer.send(resetMail(found.email, baseUrl, resetLink(baseUrl, token)));
  } catch (error) {
    log.warn({ userId: found.id, ...mailCodes(error) }, 'password reset mail could not be sent');
    throw new Error('The mail server took no mail');
  }
}
