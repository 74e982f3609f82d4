import type { FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';

/**
 * A browser sends the cookie along with whatever another site makes it post; only Origin tells
 * the two apart (OWASP, CSRF prevention). Scripts that use a session send Origin themselves.
 * @throws DomainError cross_origin
 */
export function requireSameOrigin(request: FastifyRequest, baseUrl: string): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const { origin, host } = request.headers;
  if (origin !== undefined && isOurs(origin, host, new URL(baseUrl))) return;
  throw new DomainError(
    'cross_origin',
    'A change by session must come from this server’s own pages. Scripts: use an API key, or send an Origin header with the server’s address.',
  );
}

/** The base URL, or the address that the browser used: never less protected than the base URL. */
function isOurs(origin: string, host: string | undefined, base: URL): boolean {
  if (origin === base.origin) return true;
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  return from.host === host && (base.protocol === 'http:' || from.protocol === 'https:');
}
