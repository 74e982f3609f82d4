import { randomUUID } from 'node:crypto';

/** On every answer of the API, refusals too. */
export const API_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

export function createRequestId(): string {
  return `req_${randomUUID()}`;
}
