import { and, gt, inArray, type SQL } from 'drizzle-orm';
import { verification } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { handedOverIdentifier, resetIdentifier } from './reset-token.ts';

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
