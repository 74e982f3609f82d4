import { KEY_STATUSES, POLICY_MODES, PROFILES } from '@tollkeeper/contract';
import { type ByteReader, createByteReader, isAtEnd, readByte } from './bytes.ts';
import type { Entry, PolicyEntry } from './entry.ts';
import { ALL_API_SCOPES, PartError, ROWS, requireFormat } from './part-format.ts';
import {
  createRow,
  keyIdOf,
  momentOf,
  nameOf,
  type PartRow,
  readRow,
  secretsOf,
  statementsOf,
} from './part-row.ts';
import { type PartTables, readTables, sharedList, sharedScopes } from './part-tables.ts';

/**
 * The entries of the part, whole and right, in the order in which they were written. A scope that
 * this build does not know is left out.
 * @throws PartError for any bytes that `encodePart` does not write
 */
export function decodePart(part: Uint8Array): Entry[] {
  const entries: Entry[] = [];
  readEntries(part, (entry) => entries.push(entry));
  return entries;
}

/** Calls with one entry of the part after the other, without keeping any. @throws PartError */
export function readEntries(part: Uint8Array, visit: (entry: Entry) => void): void {
  readRows(part, (row, reader, tables) => visit(entryOf(row, reader, tables)));
}

/**
 * Checks the whole part, without making an object for any of its entries but policies.
 * @param checkPolicy called with each policy; what it throws ends the check
 * @throws PartError for what `encodePart` does not write, or for another organization
 */
export function checkPart(
  organizationId: string,
  part: Uint8Array,
  checkPolicy?: (policy: PolicyEntry) => void,
): void {
  readRows(part, (row, reader, tables) => {
    if (row.kind === ROWS.organization && tables.texts[row.subject] !== organizationId) {
      throw new PartError('foreign', 'The part is about another organization');
    }
    if (row.kind === ROWS.policy) checkPolicy?.(policyOf(row, reader, tables));
  });
}

/**
 * Reads and checks one row after the other.
 * @param visit with the row that was just read; the next will be in its place
 * @throws PartError
 */
function readRows(
  part: Uint8Array,
  visit: (row: PartRow, reader: ByteReader, tables: PartTables) => void,
): void {
  const reader = createByteReader(part);
  if (isAtEnd(reader)) return;
  const format = requireFormat(readByte(reader));
  const tables = readTables(reader);
  const row = createRow();
  while (!isAtEnd(reader)) {
    readRow(reader, format, tables, row);
    visit(row, reader, tables);
  }
}

/** What the row says; shares its lists with other entries of the part. */
function entryOf(row: PartRow, reader: ByteReader, tables: PartTables): Entry {
  const subject = tables.texts[row.subject] ?? '';
  switch (row.kind) {
    case ROWS.organization:
      return {
        type: 'organization',
        organizationId: subject,
        allowedIps: sharedList(tables, row.allowedIps),
      };
    case ROWS.owner:
      return {
        type: 'owner',
        memberId: subject,
        active: row.active,
        scopes: sharedScopes(tables, row.scopes),
        allApiScopes: sharedList(tables, row.scopes).includes(ALL_API_SCOPES),
        roleId: tables.texts[row.role] ?? '',
      };
    case ROWS['owner-removed']:
      return { type: 'owner-removed', memberId: subject };
    case ROWS.key:
      return {
        type: 'key',
        keyId: keyIdOf(reader, row),
        name: nameOf(reader, row),
        workspaceId: row.workspace === 0 ? null : (tables.texts[row.workspace] ?? ''),
        ownerId: subject,
        status: KEY_STATUSES[row.status] ?? 'revoked',
        expiresAtMs: momentOf(row.expires),
        scopes: sharedScopes(tables, row.scopes),
        allowedIps: sharedList(tables, row.allowedIps),
        tags: sharedList(tables, row.tags),
        profile: PROFILES[row.profile] ?? 'custom',
        createdAtMs: row.created,
        secrets: secretsOf(reader, row),
      };
    case ROWS.policy:
      return policyOf(row, reader, tables);
    case ROWS['policy-removed']:
      return { type: 'policy-removed', policyId: subject };
    default:
      return { type: 'key-removed', keyId: keyIdOf(reader, row) };
  }
}

function policyOf(row: PartRow, reader: ByteReader, { texts }: PartTables): PolicyEntry {
  return {
    type: 'policy',
    policyId: texts[row.subject] ?? '',
    mode: POLICY_MODES[row.mode] ?? 'enforce',
    statements: statementsOf(reader, row),
  };
}
