import type { RouteInput, RouteOutput, Routes } from '@tollkeeper/contract';
import { and, eq, gt, inArray, type SQL } from 'drizzle-orm';
import type { Services } from '../../context.ts';
import { user, verification } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { hashToken } from '../../random-bytes.ts';

/** Whose password the link resets, before anything is typed. @throws DomainError password_reset_invalid */
export async function findPasswordReset(
  { services: { db, clock } }: { readonly services: Pick<Services, 'db' | 'clock'> },
  { body }: RouteInput<Routes['findPasswordReset']>,
): Promise<RouteOutput<Routes['findPasswordReset']>> {
  const [open] = await db
    .select({ email: user.email, expiresAt: verification.expiresAt })
    .from(verification)
    .innerJoin(user, eq(user.id, verification.value))
    .where(isOpenLink(body.token, clock()));
  if (!open) throw invalidLink();
  return { email: open.email, expiresAt: open.expiresAt.toISOString() };
}

/** The row of a link that still works, whether it was mailed or handed over. */
export function isOpenLink(token: string, now: Date): SQL | undefined {
  return and(
    inArray(verification.identifier, [resetIdentifier(token), handedOverIdentifier(token)]),
    gt(verification.expiresAt, now),
  );
}

export function invalidLink(): DomainError {
  return new DomainError(
    'password_reset_invalid',
    'This link no longer works: it has expired, or the password was reset in the meantime. Ask for a new one on the sign-in page.',
  );
}

/** Where `verification` stores the token: its hash, beside the user in `value`. */
export function resetIdentifier(token: string): string {
  return `password-reset:${hashToken(token).toString('hex')}`;
}

/** The same for a link that an operator hands over, which proves nothing about the mailbox. */
export function handedOverIdentifier(token: string): string {
  return `handed-over-reset:${hashToken(token).toString('hex')}`;
}

/** The token is in the fragment, which no browser sends and no server logs. */
export function resetLink(baseUrl: string, token: string): string {
  return `${baseUrl}/reset-password#token=${token}`;
}
