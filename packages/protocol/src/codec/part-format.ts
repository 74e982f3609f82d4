import { ID_PREFIXES } from '@tollkeeper/contract';
import type { RejectReason } from '../messages/upward.ts';
import type { Entry } from './entry.ts';

/**
 * The bytes of a part: nothing at all where there are no entries, else its format; the texts that rows
 * share, a count and then each with its length; the lists of those texts, a count and then each
 * with its length; and the rows to the end, each a ROW and its fields. Rows name texts and lists by
 * number, the empty list and no text by 0. Numbers take seven bits a byte, the lowest first, with
 * the eighth bit set in all but the last byte. Moments are milliseconds since 1970, plus one; 0 is
 * none. Scopes go by name, since bits mean something in one build only; ALL_API_SCOPES stands for every
 * API scope. What a build does not know is left out. Statements of policies are JSON.
 *
 * Format 1 is that of version 3 of the protocol. It has no policies, and no facts that only policies
 * ask for; the control plane sends it as long as what applies is what a gateway without policies
 * would do (decision 0028).
 */
export const FORMATS = [1, 2] as const;
export type Format = (typeof FORMATS)[number];
export const FORMAT: Format = 2;

/** The format in which a version of the protocol sends parts. */
export function formatOf(protocol: number): Format {
  return protocol < 4 ? 1 : 2;
}

/** The format of a part; undefined for one without entries. @throws PartError */
export function partFormat(part: Uint8Array): Format | undefined {
  const [byte] = part;
  return byte === undefined ? undefined : requireFormat(byte);
}

export function requireFormat(byte: number): Format {
  const format = FORMATS.find((each) => each === byte);
  if (format === undefined) throw malformed(`Parts of format ${byte} are not known`);
  return format;
}

export const ROWS: Readonly<Record<Entry['type'], number>> = {
  organization: 1,
  owner: 2,
  'owner-removed': 3,
  key: 4,
  'key-removed': 5,
  policy: 6,
  'policy-removed': 7,
};

/** No scope has this name. */
export const ALL_API_SCOPES = '*';

export const HASH_BYTES = 32;
/** `key_` and 20 characters. */
export const KEY_ID_BYTES = 24;
export const TEXT_BYTES_MAX = 255;
/** In UTF-16 units, as the contract counts. */
export const NAME_LENGTH_MAX = 64;
/** Of the statements of one policy: a text of 20,000 characters has about a million in Cedar's JSON. */
export const STATEMENTS_BYTES_MAX = 3 * 1024 * 1024;
/** The last moment that a date can hold. */
export const MOMENT_MAX = 8.64e15;

/** Why a part is not to be applied, or cannot be written. */
export class PartError extends Error {
  override readonly name = 'PartError';
  readonly reason: Extract<RejectReason, 'malformed' | 'foreign' | 'policy'>;

  constructor(reason: PartError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

const ID_LENGTH = 20;
const PRINTABLE = /^[ -~]+$/;

/** Ids and names end up in headers of HTTP, so that nothing else than these may pass. */
export function requireId(
  kind: 'apiKey' | 'member' | 'workspace' | 'policy',
  text: string,
): string {
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

const ROLE_ID = /^role_[0-9A-Za-z]{4,20}$/;

export function requireRoleId(text: string): string {
  if (ROLE_ID.test(text)) return text;
  throw malformed(`"${text.slice(0, 40)}" is no id of a role`);
}

export function malformed(message: string): PartError {
  return new PartError('malformed', message);
}
