import type { FastifyRequest } from 'fastify';
import { invalidField } from '../kernel/domain-error.ts';

/** @throws DomainError validation_failed for one that is empty, over 255, or not printable ASCII */
export function idempotencyKeyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw invalidField(
    'Idempotency-Key',
    'must be 1 to 255 printable ASCII characters without spaces',
  );
}
