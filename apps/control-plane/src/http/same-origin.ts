import type { FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';

/**
 * A browser sends the cookie along with whatever another site makes it post; only Origin tells
 * the two apart (OWASP, CSRF prevention). Scripts that use a session send Origin themselves.
 * @throws DomainError cross_origin
 */
export function requireSameOrigin(request: FastifyRequest, baseUrl: string): void {
  if (request.method === 'GET' || request.method === 'HEAD') {
    requireOwnRead(request);
    return;
  }
  const { origin, host } = request.headers;
  if (origin !== undefined && isOurs(origin, host, new URL(baseUrl))) return;
  throw new DomainError(
    'cross_origin',
    'A change by session must come from this server’s own pages. Scripts: use an API key, or send an Origin header with the server’s address.',
  );
}

/**
 * A link on another site reads with the cookie as well, and reading may be recorded, take long or end up in a
 * download. Browsers say where a request comes from (Fetch Metadata); `none` is the address bar.
 */
function requireOwnRead({ headers }: FastifyRequest): void {
  const from = headers['sec-fetch-site'];
  if (from === undefined || from === 'same-origin' || from === 'none') return;
  throw new DomainError(
    'cross_origin',
    'A session is read by this server’s own pages alone. Other sites and scripts: use an API key.',
  );
}

/** The base URL, or the address that the browser used: never less protected than the base URL. */
function isOurs(origin: string, host: string | undefined, base: URL): boolean {
  if (origin === base.origin) return true;
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  return from.host === host && (base.protocol === 'http:' || from.protocol === 'https:');
}
