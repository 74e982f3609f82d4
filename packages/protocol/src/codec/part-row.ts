import { KEY_STATUSES } from '@tollkeeper/contract';
import {
  type ByteReader,
  isPrintable,
  readByte,
  readNumber,
  skipBytes,
  skipKeyId,
  skipName,
} from './bytes.ts';
import type { KeySecret } from './entry.ts';
import {
  HASH_BYTES,
  KEY_ID_BYTES,
  MOMENT_MAX,
  malformed,
  ROWS,
  TEXT_BYTES_MAX,
} from './part-format.ts';
import { type PartTables, readListNumber, readSharedId } from './part-tables.ts';

/**
 * A row as numbers: into the tables, or places in the part. One serves all rows of a part in turn,
 * so that checking a part makes no objects. Fields that the kind of row does not have say nothing.
 */
export interface PartRow {
  kind: number;
  /** Text: the organization, the owner, or the owner of the key. */
  subject: number;
  active: boolean;
  /** Text, or 0. */
  workspace: number;
  status: number;
  expires: number;
  /** List. */
  scopes: number;
  /** List. */
  allowedIps: number;
  keyIdAt: number;
  nameAt: number;
  nameBytes: number;
  secretsAt: number;
  secretsCount: number;
}

export function createRow(): PartRow {
  return {
    kind: 0,
    subject: 0,
    active: false,
    workspace: 0,
    status: 0,
    expires: 0,
    scopes: 0,
    allowedIps: 0,
    keyIdAt: 0,
    nameAt: 0,
    nameBytes: 0,
    secretsAt: 0,
    secretsCount: 0,
  };
}

/** Reads and checks the next row. @throws PartError */
export function readRow(reader: ByteReader, tables: PartTables, row: PartRow): void {
  row.kind = readByte(reader);
  switch (row.kind) {
    case ROWS.organization:
      row.subject = readNumber(reader, tables.texts.length - 1);
      row.allowedIps = readListNumber(reader, tables);
      break;
    case ROWS.owner:
      row.subject = readSharedId(reader, tables, 'member');
      row.active = readNumber(reader, 1) === 1;
      row.scopes = readListNumber(reader, tables);
      break;
    case ROWS['owner-removed']:
      row.subject = readSharedId(reader, tables, 'member');
      break;
    case ROWS.key:
      readKey(reader, tables, row);
      break;
    case ROWS['key-removed']:
      row.keyIdAt = skipKeyId(reader);
      break;
    default:
      throw malformed(`There is no row of kind ${row.kind}`);
  }
}

function readKey(reader: ByteReader, tables: PartTables, row: PartRow): void {
  row.workspace = readSharedId(reader, tables, 'workspace');
  row.subject = readSharedId(reader, tables, 'member');
  row.status = readNumber(reader, KEY_STATUSES.length - 1);
  row.expires = readMoment(reader);
  row.scopes = readListNumber(reader, tables);
  row.allowedIps = readListNumber(reader, tables);
  row.secretsCount = readNumber(reader, reader.bytes.length);
  row.keyIdAt = skipKeyId(reader);
  row.nameBytes = readNumber(reader, TEXT_BYTES_MAX);
  row.nameAt = skipName(reader, row.nameBytes);
  row.secretsAt = reader.at;
  for (let left = row.secretsCount; left > 0; left--) {
    skipBytes(reader, HASH_BYTES);
    readMoment(reader);
  }
}

export function keyIdOf({ bytes }: ByteReader, { keyIdAt }: PartRow): string {
  return bytes.toString('latin1', keyIdAt, keyIdAt + KEY_ID_BYTES);
}

export function nameOf({ bytes }: ByteReader, { nameAt, nameBytes }: PartRow): string {
  const end = nameAt + nameBytes;
  return bytes.toString(isPrintable(bytes, nameAt, end) ? 'latin1' : 'utf8', nameAt, end);
}

/** The secrets of a row that was read. Hashes are copies. */
export function secretsOf({ bytes }: ByteReader, row: PartRow): KeySecret[] {
  const reader = { bytes, at: row.secretsAt };
  const secrets: KeySecret[] = [];
  for (let left = row.secretsCount; left > 0; left--) {
    // A view of the part would take longer to make than the copy does.
    const hash = new Uint8Array(HASH_BYTES);
    for (let i = 0; i < HASH_BYTES; i++) hash[i] = readByte(reader);
    secrets.push({ hash, retiresAtMs: momentOf(readMoment(reader)) });
  }
  return secrets;
}

/** In milliseconds since 1970, or null for none. */
export function momentOf(number: number): number | null {
  return number === 0 ? null : number - 1;
}

function readMoment(reader: ByteReader): number {
  return readNumber(reader, MOMENT_MAX + 1);
}
