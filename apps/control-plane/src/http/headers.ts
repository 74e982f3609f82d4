import { randomUUID } from 'node:crypto';
import type { FastifyHelmetOptions } from '@fastify/helmet';

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

/** The headers of our pages. Only a server behind TLS may tell browsers to insist on it. */
export function pageHeaders(baseUrl: string): FastifyHelmetOptions {
  return {
    contentSecurityPolicy: { useDefaults: false, directives: CSP_DIRECTIVES },
    strictTransportSecurity: baseUrl.startsWith('https:'),
  };
}

/**
 * What pages may load: our own files, and no inline script. Radix and Recharts set
 * styles on elements, so styles may.
 */
const CSP_DIRECTIVES = {
  'default-src': ["'self'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'object-src': ["'none'"],
  'base-uri': ["'self'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};
