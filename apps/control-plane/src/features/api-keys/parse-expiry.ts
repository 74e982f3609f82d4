import { invalidField } from '../../kernel/domain-error.ts';

/** @throws DomainError validation_failed for a moment that is not in the future */
export function parseExpiry(text: string | null, now: Date): Date | null {
  if (text === null) return null;
  const expiresAt = new Date(text);
  if (!(expiresAt > now)) {
    throw invalidField('expiresAt', `must be in the future; "${text}" is not`);
  }
  return expiresAt;
}
