import { invalidField } from '../../domain-error.ts';
import type { ExpiryRules } from './expiry-rules.ts';
import { lifetimeEnd } from './key-lifetime.ts';

/** Later years are written with a sign and six digits, which no other reader of ISO 8601 expects. */
const LAST = new Date('9999-12-31T23:59:59.999Z');

/**
 * @param key when it was made: the longest lifetime counts from there
 * @throws DomainError validation_failed for a moment that is past, or beyond the longest lifetime
 */
export function parseExpiry(
  text: string | null,
  now: Date,
  { keyLifetimeDaysMax }: Pick<ExpiryRules, 'keyLifetimeDaysMax'>,
  key: { readonly createdAt: Date },
): Date | null {
  const latest = lifetimeEnd(key.createdAt, keyLifetimeDaysMax);
  const expiresAt = text === null ? null : new Date(text.toUpperCase());
  if (expiresAt && expiresAt > LAST) {
    throw invalidField('expiresAt', `must be at most ${LAST.toISOString()}; null is never`);
  }
  if (expiresAt && !(expiresAt > now)) {
    throw invalidField('expiresAt', `must be in the future; "${text}" is not`);
  }
  if (latest && (!expiresAt || expiresAt > latest)) {
    throw invalidField(
      'expiresAt',
      `must be at most ${latest.toISOString()}: a key of this organization lives ${keyLifetimeDaysMax} days at most`,
    );
  }
  return expiresAt;
}
