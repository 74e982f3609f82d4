import { SECRET_PATTERN } from '@tollkeeper/verify';
import type { FastifyRequest } from 'fastify';
import { invalidField } from '../domain-error.ts';

/**
 * @throws DomainError validation_failed for one that is empty, over 255, not printable ASCII, or
 *   holds an API key: it is stored
 */
export function idempotencyKeyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidField(
      'Idempotency-Key',
      'must be 1 to 255 printable ASCII characters without spaces',
    );
  }
  if (SECRET_PATTERN.test(key)) throw invalidField('Idempotency-Key', 'must not hold an API key');
  return key;
}
