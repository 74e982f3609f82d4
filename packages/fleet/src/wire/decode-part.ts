import { isScope, KEY_STATUSES, type Scope } from '@tollkeeper/contract';
import type { KeySecret } from '@tollkeeper/verify';
import {
  type ByteReader,
  createByteReader,
  isAtEnd,
  readByte,
  readBytes,
  readLatin1,
  readNumber,
  readText,
} from './byte-reader.ts';
import type { Entry, KeyEntry } from './entry.ts';
import {
  FORMAT,
  HASH_BYTES,
  KEY_ID_BYTES,
  MOMENT_MAX,
  malformed,
  ROWS,
  requireId,
  requireName,
  TEXT_BYTES_MAX,
} from './part-format.ts';

/**
 * The entries of the part, whole and right, in the order in which they were written. Entries of one
 * part share their lists of scopes. Hashes are views of the part. A scope that this build does not
 * know is left out: a key without it can do less.
 * @throws PartError for any bytes that `encodePart` does not write
 */
export function decodePart(part: Uint8Array): Entry[] {
  const reader = createByteReader(part);
  const entries: Entry[] = [];
  if (isAtEnd(reader)) return entries;
  const format = readByte(reader);
  if (format !== FORMAT) throw malformed(`The part is of format ${format}, not ${FORMAT}`);
  const tables = readTables(reader);
  while (!isAtEnd(reader)) entries.push(readEntry(reader, tables));
  return entries;
}

/** By number; 0 is no text and the empty list. */
interface Tables {
  readonly texts: readonly string[];
  readonly lists: readonly (readonly string[])[];
  /** Of lists that were asked for as scopes. */
  readonly scopes: (readonly Scope[] | undefined)[];
}

/** Each text and each list takes a byte at least, so that no count makes more than the part has. */
function readTables(reader: ByteReader): Tables {
  const texts = [''];
  for (let left = readNumber(reader, reader.bytes.length); left > 0; left--) {
    texts.push(readText(reader, readNumber(reader, TEXT_BYTES_MAX)));
  }
  const lists: string[][] = [[]];
  for (let left = readNumber(reader, reader.bytes.length); left > 0; left--) {
    const list: string[] = [];
    for (let more = readNumber(reader, reader.bytes.length); more > 0; more--) {
      list.push(readShared(reader, texts));
    }
    lists.push(list);
  }
  return { texts, lists, scopes: [] };
}

function readEntry(reader: ByteReader, tables: Tables): Entry {
  const row = readByte(reader);
  switch (row) {
    case ROWS.organization:
      return {
        type: 'organization',
        organizationId: readShared(reader, tables.texts),
        allowedIps: readShared(reader, tables.lists),
      };
    case ROWS.owner:
      return {
        type: 'owner',
        memberId: readSharedId(reader, tables, 'member'),
        active: readNumber(reader, 1) === 1,
        scopes: readScopes(reader, tables),
      };
    case ROWS['owner-removed']:
      return { type: 'owner-removed', memberId: readSharedId(reader, tables, 'member') };
    case ROWS.key:
      return readKey(reader, tables);
    case ROWS['key-removed']:
      return { type: 'key-removed', keyId: readKeyId(reader) };
    default:
      throw malformed(`There is no row of kind ${row}`);
  }
}

function readKey(reader: ByteReader, tables: Tables): KeyEntry {
  const workspace = readNumber(reader, tables.texts.length - 1);
  return {
    type: 'key',
    workspaceId: workspace === 0 ? null : requireId('workspace', tables.texts[workspace] ?? ''),
    ownerId: readSharedId(reader, tables, 'member'),
    status: KEY_STATUSES[readNumber(reader, KEY_STATUSES.length - 1)] ?? 'revoked',
    expiresAtMs: readMoment(reader),
    scopes: readScopes(reader, tables),
    allowedIps: readShared(reader, tables.lists),
    ...readOwn(reader),
  };
}

/** What a key shares with no other. */
function readOwn(reader: ByteReader): Pick<KeyEntry, 'keyId' | 'name' | 'secrets'> {
  const count = readNumber(reader, reader.bytes.length);
  const keyId = readKeyId(reader);
  const name = requireName(readText(reader, readNumber(reader, TEXT_BYTES_MAX)));
  const secrets: KeySecret[] = [];
  for (let left = count; left > 0; left--) {
    const hash = readBytes(reader, HASH_BYTES);
    secrets.push({ hash, retiresAtMs: readMoment(reader) });
  }
  return { keyId, name, secrets };
}

function readKeyId(reader: ByteReader): string {
  return requireId('apiKey', readLatin1(reader, KEY_ID_BYTES));
}

function readSharedId(reader: ByteReader, { texts }: Tables, kind: 'member'): string {
  return requireId(kind, readShared(reader, texts));
}

function readScopes(reader: ByteReader, { lists, scopes }: Tables): readonly Scope[] {
  const number = readNumber(reader, lists.length - 1);
  scopes[number] ??= (lists[number] ?? []).filter(isScope);
  return scopes[number];
}

function readShared<T>(reader: ByteReader, table: readonly T[]): T {
  const shared = table[readNumber(reader, table.length - 1)];
  if (shared === undefined) throw malformed('A number stands for nothing');
  return shared;
}

function readMoment(reader: ByteReader): number | null {
  const number = readNumber(reader, MOMENT_MAX + 1);
  return number === 0 ? null : number - 1;
}
