import { randomUUID } from 'node:crypto';
import {
  PASSWORD_RESET_MINUTES,
  type RouteInput,
  type RouteOutput,
  type Routes,
} from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { user, verification } from '../../db/schema/index.ts';
import { escapeHtml, type Mail, mailCodes } from '../../mail/mailer.ts';
import { createToken } from '../../random-bytes.ts';
import type { WriteServices } from '../../write/write.ts';
import { appendSessionEvent, changeUser, getUserId } from '../identity/index.ts';
import { handedOverIdentifier, resetIdentifier, resetLink } from './find-password-reset.ts';

/**
 * Answers without a look at the account: neither the answer nor its time says whether there is one.
 * Links that were mailed before stay valid, so that a stranger who asks again cannot end them.
 */
export async function requestPasswordReset(
  { services }: { readonly services: Services },
  { body }: RouteInput<Routes['requestPasswordReset']>,
): Promise<RouteOutput<Routes['requestPasswordReset']>> {
  if (services.mailer) {
    await services.outbox.add({ topic: 'mail-reset-link', payload: { email: body.email } });
  }
  return getPasswordReset({ services });
}

/** Depends on the server's settings alone, never on who asks. */
export function getPasswordReset({
  services,
}: {
  readonly services: Pick<Services, 'mailer'>;
}): RouteOutput<Routes['getPasswordReset']> {
  return { delivery: services.mailer ? 'mail' : 'operator' };
}

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

/** The mail that carries the link, as text and as HTML. */
function resetMail(to: string, baseUrl: string, link: string): Mail {
  const says = [
    `Someone asked to reset the password of your Tollkeeper account at ${baseUrl}.`,
    `The link works once, for ${PASSWORD_RESET_MINUTES} minutes. If you did not ask for it, you can ignore this mail: your password stays as it is.`,
  ] as const;
  return {
    to,
    subject: 'Reset your Tollkeeper password',
    text: `${says[0]}\n\nChoose a new password here:\n${link}\n\n${says[1]}\n`,
    html: [
      '<!doctype html><html lang="en"><body style="font-family:sans-serif;line-height:1.5">',
      `<p>${escapeHtml(says[0])}</p>`,
      `<p><a href="${escapeHtml(link)}">Choose a new password</a></p>`,
      `<p>${escapeHtml(says[1])}</p>`,
      '</body></html>',
    ].join('\n'),
  };
}

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
