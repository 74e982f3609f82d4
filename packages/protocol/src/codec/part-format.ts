import { ID_PREFIXES } from '@tollkeeper/contract';
import type { RejectReason } from '../messages/upward.ts';
import type { Entry } from './entry.ts';

/**
 * The bytes of a part: nothing at all where there are no entries, else FORMAT; the texts that rows
 * share, a count and then each with its length; the lists of those texts, a count and then each
 * with its length; and the rows to the end, each a ROW and its fields. Rows name texts and lists by
 * number, the empty list and no text by 0. Numbers take seven bits a byte, the lowest first, with
 * the eighth bit set in all but the last byte. Moments are milliseconds since 1970, plus one; 0 is
 * none. Scopes go by name, since bits mean something in one build only; ALL_API_SCOPES stands for every
 * API scope. What a build does not know is left out.
 */
export const FORMAT = 1;

export const ROWS: Readonly<Record<Entry['type'], number>> = {
  organization: 1,
  owner: 2,
  'owner-removed': 3,
  key: 4,
  'key-removed': 5,
};

/** No scope has this name. */
export const ALL_API_SCOPES = '*';

export const HASH_BYTES = 32;
/** `key_` and 20 characters. */
export const KEY_ID_BYTES = 24;
export const TEXT_BYTES_MAX = 255;
/** In UTF-16 units, as the contract counts. */
export const NAME_LENGTH_MAX = 64;
/** The last moment that a date can hold. */
export const MOMENT_MAX = 8.64e15;

/** Why a part is not to be applied, or cannot be written. */
export class PartError extends Error {
  override readonly name = 'PartError';
  readonly reason: Extract<RejectReason, 'malformed' | 'foreign'>;

  constructor(reason: PartError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

const ID_LENGTH = 20;
const PRINTABLE = /^[ -~]+$/;

/** Ids and names end up in headers of HTTP, so that nothing else than these may pass. */
export function requireId(kind: 'apiKey' | 'member' | 'workspace', text: string): string {
  const prefix = ID_PREFIXES[kind].length + 1;
  let isId = text.length === prefix + ID_LENGTH && text.startsWith(`${ID_PREFIXES[kind]}_`);
  // Not by a pattern: a snapshot has a million of them.
  for (let at = prefix; isId && at < text.length; at++) isId = isBase62(text.charCodeAt(at));
  if (isId) return text;
  throw malformed(`"${text.slice(0, 40)}" is no id of this kind: ${kind}`);
}

export function isBase62(code: number): boolean {
  if (code < 58) return code > 47;
  return code < 91 ? code > 64 : code > 96 && code < 123;
}

export function requireName(name: string): string {
  const fits = name.length > 0 && name.length <= NAME_LENGTH_MAX;
  if (fits && (PRINTABLE.test(name) || (!/\p{Cc}/u.test(name) && name.isWellFormed()))) return name;
  throw malformed(`A name is a line of 1 to ${NAME_LENGTH_MAX} characters`);
}

export function malformed(message: string): PartError {
  return new PartError('malformed', message);
}
