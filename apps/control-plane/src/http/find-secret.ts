import type { IncomingHttpHeaders } from 'node:http';
import { findCredential, type Refusal } from '@tollkeeper/fleet';
import { hasSessionCookie } from './authenticate-session.ts';

const USUAL = 'Bearer ';
const USUAL_LENGTH = USUAL.length + 46;
/** How a key of ours begins, whatever it is worth. */
const OWN = /^tk_/;

/**
 * The API key that a request presents, by the rule of the gateways: in Authorization or in x-api-key.
 * Undefined where neither says anything, empty where Authorization holds something else, a refusal
 * where there are two keys that differ. Beside a session, something else is what a proxy in between
 * asks browsers for, and says nothing to us.
 */
export function findSecret(headers: IncomingHttpHeaders): string | undefined | Refusal {
  const { authorization } = headers;
  const apiKey = headers['x-api-key'] as string | undefined;
  // Nearly all requests of programs.
  if (apiKey === undefined && headers.cookie === undefined) {
    if (authorization === undefined) return undefined;
    if (authorization.length === USUAL_LENGTH && authorization.startsWith(USUAL)) {
      return authorization.slice(USUAL.length);
    }
  }
  const presented = { authorization: authorization ?? '', apiKey: apiKey ?? '' };
  const found = findCredential(presented);
  if (typeof found === 'object' && found.code !== 'unauthenticated') return found;
  const secret = typeof found === 'string' ? found : '';
  if (OWN.test(secret)) return secret;
  if (secret === '' && presented.authorization.trim() === '') return undefined;
  return hasSessionCookie(headers) ? undefined : secret;
}
