import type { IncomingHttpHeaders } from 'node:http';
import { type Denial, findCredential } from '@tollkeeper/gateway-core';

const BEARER = 'Bearer ';
const USUAL = `${BEARER}tk_`;
const USUAL_LENGTH = BEARER.length + 46;
/**
 * A key of ours, under the wrong scheme or run together with other text as it may be; a mistyped one only
 * where it begins a word, since a token of somebody else may contain "tk_".
 */
const OWN = /tk_(?:live|test|join)_|(?:^|[^\w.-]|bearer)[^a-z0-9]{0,4}tk_/i;
const BASIC = /(?:^|[\s,])basic[\s,]+/i;

/**
 * The API key that a request presents, by the rule of the gateways: in Authorization or in x-api-key.
 * Undefined where neither says anything, empty where Authorization holds something else, a denial
 * where there are two keys that differ. Beside a session, what is no key of ours is ignored: a proxy
 * may ask browsers for it, or add it. See docs/decisions/0005.
 */
export function findSecret(headers: IncomingHttpHeaders): string | undefined | Denial {
  const { authorization } = headers;
  const apiKey = headers['x-api-key'] as string | undefined;
  // Nearly all requests of programs, and those of browsers.
  if (apiKey === undefined) {
    if (authorization === undefined) return undefined;
    if (authorization.length === USUAL_LENGTH && authorization.startsWith(USUAL)) {
      return authorization.slice(BEARER.length);
    }
  }
  const presented = { authorization: authorization ?? '', apiKey: apiKey ?? '' };
  const found = findCredential(presented);
  if (typeof found === 'object' && found.code !== 'unauthenticated') return found;
  if (hasSessionCookie(headers) && !Object.values(presented).some(holdsOwn)) {
    return undefined;
  }
  if (typeof found === 'string') return found;
  return presented.authorization.trim() === '' ? undefined : '';
}

/**
 * As it is, or as the user or the password of Basic (RFC 7617), with any white space and in any
 * charset that keeps ASCII, UTF-16 included.
 */
function holdsOwn(text: string): boolean {
  const [, ...pairs] = text.split(BASIC);
  const decoded = pairs.flatMap((pair) => [pair, ...pair.split(/[\s,]+/)]).map(fromBase64);
  return [text, ...decoded].some((each) => OWN.test(each));
}

/** UTF-16 without its zero bytes, which is ASCII where it was. */
function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1').replaceAll('\0', '');
}

/** Whether a request presents a session, whatever it is worth. */
export function hasSessionCookie({ cookie = '' }: IncomingHttpHeaders): boolean {
  return /(?:^|;\s*)(?:__Secure-)?tollkeeper\.session_token=[^;]/.test(cookie);
}
