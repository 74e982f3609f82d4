import { randomUUID } from 'node:crypto';
import {
  PASSWORD_RESET_MINUTES,
  type RouteInput,
  type RouteOutput,
  type Routes,
} from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { user, verification } from '../../db/schema/index.ts';
import type { Services } from '../../kernel/context.ts';
import { type Mailer, mailCodes } from '../../kernel/mailer.ts';
import { createToken } from '../../kernel/one-time-token.ts';
import { getPasswordReset } from './get-password-reset.ts';
import { resetMail } from './reset-mail.ts';
import { resetIdentifier, resetLink } from './reset-token.ts';

/**
 * Answers before it looks for the account: neither the answer nor its time says whether there is
 * one. Links that were mailed before stay valid, so that a stranger who asks again cannot end them.
 */
export function requestPasswordReset(
  { services }: { readonly services: Services },
  { body }: RouteInput<Routes['requestPasswordReset']>,
): RouteOutput<Routes['requestPasswordReset']> {
  const { mailer, log } = services;
  if (mailer) {
    setImmediate(() => {
      mailLink(services, mailer, body.email).catch((error: unknown) =>
        log.error({ err: error }, 'a link to reset a password was not created'),
      );
    });
  }
  return getPasswordReset({ services });
}

async function mailLink(
  { db, log, clock, randomBytes, baseUrl }: Services,
  mailer: Mailer,
  email: string,
): Promise<void> {
  const [found] = await db
    .select({ id: user.id, email: user.email })
    .from(user)
    .where(eq(user.email, email.toLowerCase()));
  if (!found) return;
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
    log.warn({ userId: found.id, ...mailCodes(error) }, 'a link to reset a password was not sent');
  }
}
