import { SECRET_PATTERN } from '@tollkeeper/verify';
import type { Denial } from './denial.ts';

/** The two headers that can hold a key, empty where there is none; repeated ones joined by commas. */
export interface Presented {
  readonly authorization: string;
  readonly apiKey: string;
}

const BEARER = /^bearer +/i;
/** How a key of Tollkeeper begins, valid or not. */
const OWN = /^tk_(?:live|test|join)_/;
const SECRET_LENGTH = 46;

const NONE: Denial = {
  code: 'unauthenticated',
  detail: 'Send an API key as "Authorization: Bearer tk_live_…", or as "x-api-key".',
};
const SEVERAL: Denial = {
  code: 'malformed_request',
  detail: 'Two different API keys were sent. Send one, either in Authorization or in x-api-key.',
};

/**
 * The key that the request presents, valid or not. Beside a key of Tollkeeper, anything in the other
 * header is for the upstream. Two different keys are refused: the upstream might use the other one.
 */
export function findCredential({ authorization, apiKey }: Presented): string | Denial {
  const token = bearerToken(authorization);
  // Nearly all requests: one header, with nothing in it that could be a second key.
  if (apiKey === '' && token.length === SECRET_LENGTH) return token;
  if (authorization === '' && apiKey.length === SECRET_LENGTH) return apiKey;
  const texts = [...authorization.split(',').map(bearerToken), ...apiKey.split(',')];
  const { own, other, first } = sortCredentials(texts);
  return other === undefined ? (own ?? first ?? NONE) : SEVERAL;
}

/** Credentials that were sent: two different keys of Tollkeeper, valid or not, and the first of all. */
export interface SentCredentials {
  readonly own: string | undefined;
  readonly other: string | undefined;
  readonly first: string | undefined;
}

export function sortCredentials(texts: readonly string[]): SentCredentials {
  const given = texts.map((each) => each.trim()).filter((each) => each !== '');
  const [own, other] = new Set(given.filter((each) => OWN.test(each)));
  return { own, other, first: given[0] };
}

/** The token of `Bearer`; empty for any other kind of credential, which is the upstream's. */
export function bearerToken(authorization: string): string {
  // As nearly all clients write it.
  if (authorization.startsWith('Bearer ')) return authorization.slice(7).trim();
  const text = authorization.trimStart();
  return BEARER.test(text) ? text.replace(BEARER, '').trimEnd() : '';
}

export const KEY_IN_URL: Denial = {
  code: 'key_in_url',
  detail:
    'An API key stood in the address, where logs and histories keep it. Revoke it, and send keys in the Authorization header.',
};

/** Escapes inside escapes: each round is work, and an address is as long as a head may be. */
const ROUNDS_MAX = 4;

/** Whether a key stands anywhere in the text, such as an address, escaped or not. */
export function hasKey(text: string): boolean {
  return lastReading(text) === undefined;
}

/**
 * As `hasKey`, but true also for a key in base64 or hexadecimal digits, and for a text that is escaped
 * too often to be read to its end.
 */
export function mayHoldKey(text: string): boolean {
  const last = lastReading(text);
  return last === undefined || unescaped(last) !== last || hasEncodedKey(last);
}

/** How a key may be encoded: other characters may come before it, so that it can begin at any place. */
const ENCODINGS = [
  // In either alphabet (RFC 4648).
  { encoding: 'base64', words: /[A-Za-z0-9+/_-]{62,}/g, starts: [0, 1, 2, 3] },
  { encoding: 'hex', words: /[0-9A-Fa-f]{92,}/g, starts: [0, 1] },
] as const;

function hasEncodedKey(text: string): boolean {
  return ENCODINGS.some(({ encoding, words, starts }) =>
    (text.match(words) ?? []).some((word) =>
      starts.some((start) =>
        SECRET_PATTERN.test(Buffer.from(word.slice(start), encoding).toString('latin1')),
      ),
    ),
  );
}

/** The text with its escapes resolved, as far as that is tried; undefined once it holds a key. */
function lastReading(text: string): string | undefined {
  let read = text;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    if (SECRET_PATTERN.test(read)) return undefined;
    if (!read.includes('%')) return read;
    read = unescaped(read);
  }
  return SECRET_PATTERN.test(read) ? undefined : read;
}

function unescaped(text: string): string {
  return text.replace(/%([0-7][0-9A-Fa-f])/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}
