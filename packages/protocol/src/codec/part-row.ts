import { KEY_STATUSES, POLICY_MODES, PROFILES } from '@tollkeeper/contract';
import {
  type ByteReader,
  isPrintable,
  readByte,
  readNumber,
  readText,
  skipBytes,
  skipKeyId,
  skipName,
} from './bytes.ts';
import type { KeySecret } from './entry.ts';
import {
  type Format,
  HASH_BYTES,
  KEY_ID_BYTES,
  MOMENT_MAX,
  malformed,
  ROWS,
  STATEMENTS_BYTES_MAX,
  TEXT_BYTES_MAX,
} from './part-format.ts';
import { type PartTables, readListNumber, readSharedId } from './part-tables.ts';

/**
 * A row as numbers: into the tables, or places in the part. One serves all rows of a part in turn,
 * so that checking a part makes no objects. Fields that the kind of row does not have say nothing.
 */
export interface PartRow {
  kind: number;
  /** Text: the organization, the owner, the owner of the key, or the policy. */
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
  /** Text. */
  role: number;
  /** List. */
  tags: number;
  profile: number;
  created: number;
  mode: number;
  statementsAt: number;
  statementsBytes: number;
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
    role: 0,
    tags: 0,
    profile: PROFILES.indexOf('custom'),
    created: 0,
    mode: 0,
    statementsAt: 0,
    statementsBytes: 0,
    keyIdAt: 0,
    nameAt: 0,
    nameBytes: 0,
    secretsAt: 0,
    secretsCount: 0,
  };
}

/** Reads and checks the next row. @throws PartError */
export function readRow(
  reader: ByteReader,
  format: Format,
  tables: PartTables,
  row: PartRow,
): void {
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
      if (format > 1) row.role = readSharedId(reader, tables, 'role');
      break;
    case ROWS['owner-removed']:
      row.subject = readSharedId(reader, tables, 'member');
      break;
    case ROWS.key:
      readKey(reader, format, tables, row);
      break;
    case ROWS['key-removed']:
      row.keyIdAt = skipKeyId(reader);
      break;
    case format > 1 ? ROWS.policy : undefined:
      readPolicy(reader, tables, row);
      break;
    case format > 1 ? ROWS['policy-removed'] : undefined:
      row.subject = readSharedId(reader, tables, 'policy');
      break;
    default:
      throw malformed(`There is no row of kind ${row.kind}`);
  }
}

function readPolicy(reader: ByteReader, tables: PartTables, row: PartRow): void {
  row.subject = readSharedId(reader, tables, 'policy');
  row.mode = readNumber(reader, POLICY_MODES.length - 1);
  row.statementsBytes = readNumber(reader, STATEMENTS_BYTES_MAX);
  row.statementsAt = reader.at;
  skipBytes(reader, row.statementsBytes);
  statementsOf(reader, row);
}

/** @throws PartError */
export function statementsOf({ bytes }: ByteReader, row: PartRow): readonly unknown[] {
  const text = readText({ bytes, at: row.statementsAt }, row.statementsBytes);
  try {
    const json: unknown = JSON.parse(text);
    // Another spelling of the same would be read back as what was not written.
    if (Array.isArray(json) && JSON.stringify(json) === text) return json;
  } catch {}
  throw malformed('The statements of a policy are no list of JSON');
}

function readKey(reader: ByteReader, format: Format, tables: PartTables, row: PartRow): void {
  row.workspace = readSharedId(reader, tables, 'workspace');
  row.subject = readSharedId(reader, tables, 'member');
  row.status = readNumber(reader, KEY_STATUSES.length - 1);
  row.expires = readMoment(reader);
  row.scopes = readListNumber(reader, tables);
  row.allowedIps = readListNumber(reader, tables);
  if (format > 1) {
    row.tags = readListNumber(reader, tables);
    row.profile = readNumber(reader, PROFILES.length - 1);
    row.created = readNumber(reader, MOMENT_MAX);
  }
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
