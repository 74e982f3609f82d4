import type { IncomingHttpHeaders } from 'node:http';
import { findCredential, type Refusal } from '@tollkeeper/fleet';

const USUAL = 'Bearer ';
const USUAL_LENGTH = USUAL.length + 46;

/**
 * The API key that a request presents, by the rule of the gateways: in Authorization or in x-api-key.
 * Undefined where neither says anything, empty where Authorization holds something else, a refusal
 * where there are two keys that differ.
 */
export function findSecret(headers: IncomingHttpHeaders): string | undefined | Refusal {
  const { authorization } = headers;
  const apiKey = headers['x-api-key'] as string | undefined;
  // Nearly all requests of programs, and those of browsers.
  if (apiKey === undefined) {
    if (authorization === undefined) return undefined;
    if (authorization.length === USUAL_LENGTH && authorization.startsWith(USUAL)) {
      return authorization.slice(USUAL.length);
    }
  }
  const presented = { authorization: authorization ?? '', apiKey: apiKey ?? '' };
  const found = findCredential(presented);
  if (typeof found === 'string' || found.code !== 'unauthenticated') return found;
  return presented.authorization.trim() === '' ? undefined : '';
}
