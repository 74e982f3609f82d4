import { randomUUID } from 'node:crypto';

/** On every answer of the API, refusals too. */
export function apiHeaders(requestId: string) {
  return {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-request-id': requestId,
  };
}

export function createRequestId(): string {
  return `req_${randomUUID()}`;
}
