import { KEY_STATUSES, POLICY_MODES, PROFILES } from '@tollkeeper/contract';
import {
  type ByteWriter,
  createByteWriter,
  writeByte,
  writeBytes,
  writeNumber,
  writeText,
  writtenBytes,
} from './bytes.ts';
import type { Entry, KeyEntry } from './entry.ts';
import {
  ALL_API_SCOPES,
  FORMAT,
  type Format,
  HASH_BYTES,
  MOMENT_MAX,
  malformed,
  ROWS,
  requireId,
  requireName,
  requireRoleId,
  STATEMENTS_BYTES_MAX,
  TEXT_BYTES_MAX,
} from './part-format.ts';

/** How large parts of a snapshot are, about, in bytes. */
const PART_BYTES = 256 * 1024;

/**
 * In format 1, policies and what only they ask for are left out.
 * @throws PartError for an id or a name that no gateway would take
 */
export function encodePart(entries: readonly Entry[], format: Format = FORMAT): Uint8Array {
  const draft = createDraft(format);
  for (const entry of entries) addEntry(draft, entry);
  return finishDraft(draft);
}

/**
 * The entries in as many parts as it takes, each of about that many bytes.
 * @throws PartError like `encodePart`
 */
export function* encodeParts(
  entries: Iterable<Entry>,
  bytes: number = PART_BYTES,
  format: Format = FORMAT,
): Generator<Uint8Array> {
  let draft = createDraft(format);
  for (const entry of entries) {
    addEntry(draft, entry);
    if (draft.texts.length + draft.lists.length + draft.rows.length < bytes) continue;
    yield finishDraft(draft);
    draft = createDraft(format);
  }
  if (draft.rows.length > 0) yield finishDraft(draft);
}

interface Draft {
  readonly format: Format;
  readonly texts: ByteWriter;
  readonly lists: ByteWriter;
  readonly rows: ByteWriter;
  /** Numbers from 1. */
  readonly textNumbers: Map<string, number>;
  /** Numbers from 1, by the numbers of the texts. */
  readonly listNumbers: Map<string, number>;
}

function createDraft(format: Format): Draft {
  return {
    format,
    texts: createByteWriter(),
    lists: createByteWriter(),
    rows: createByteWriter(),
    textNumbers: new Map(),
    listNumbers: new Map(),
  };
}

function finishDraft(draft: Draft): Uint8Array {
  if (draft.rows.length === 0) return new Uint8Array(0);
  const whole = createByteWriter();
  writeByte(whole, draft.format);
  writeNumber(whole, draft.textNumbers.size);
  writeBytes(whole, writtenBytes(draft.texts));
  writeNumber(whole, draft.listNumbers.size);
  writeBytes(whole, writtenBytes(draft.lists));
  writeBytes(whole, writtenBytes(draft.rows));
  return writtenBytes(whole);
}

function addEntry(draft: Draft, entry: Entry): void {
  if (draft.format === 1 && (entry.type === 'policy' || entry.type === 'policy-removed')) return;
  // The fields come first, since they throw: an entry that is refused leaves no half of a row.
  const fields = fieldsOf(draft, entry);
  writeByte(draft.rows, ROWS[entry.type]);
  for (const field of fields) writeNumber(draft.rows, field);
  if (entry.type === 'key' || entry.type === 'key-removed') writeText(draft.rows, entry.keyId);
  if (entry.type === 'key') writeOwn(draft.rows, entry);
  if (entry.type === 'policy') writeStatements(draft.rows, entry.statements);
}

/** The fields that are numbers, or stand for something by number. */
function fieldsOf(draft: Draft, entry: Entry): number[] {
  switch (entry.type) {
    case 'organization':
      return [textNumber(draft, entry.organizationId), listNumber(draft, entry.allowedIps)];
    case 'owner':
      return [
        textNumber(draft, requireId('member', entry.memberId)),
        entry.active ? 1 : 0,
        listNumber(draft, entry.allApiScopes ? [...entry.scopes, ALL_API_SCOPES] : entry.scopes),
        ...(draft.format === 1 ? [] : [textNumber(draft, requireRoleId(entry.roleId))]),
      ];
    case 'owner-removed':
      return [textNumber(draft, requireId('member', entry.memberId))];
    case 'key':
      return keyFields(draft, entry);
    case 'key-removed':
      requireId('apiKey', entry.keyId);
      return [];
    case 'policy':
      return [
        textNumber(draft, requireId('policy', entry.policyId)),
        POLICY_MODES.indexOf(entry.mode),
      ];
    case 'policy-removed':
      return [textNumber(draft, requireId('policy', entry.policyId))];
  }
}

function keyFields(draft: Draft, key: KeyEntry): number[] {
  requireId('apiKey', key.keyId);
  requireName(key.name);
  for (const { hash } of key.secrets) {
    if (hash.length !== HASH_BYTES) throw malformed(`A hash has ${HASH_BYTES} bytes`);
  }
  const { workspaceId } = key;
  return [
    workspaceId === null ? 0 : textNumber(draft, requireId('workspace', workspaceId)),
    textNumber(draft, requireId('member', key.ownerId)),
    KEY_STATUSES.indexOf(key.status),
    momentNumber(key.expiresAtMs),
    listNumber(draft, key.scopes),
    listNumber(draft, key.allowedIps),
    ...(draft.format === 1 ? [] : policyFacts(draft, key)),
    key.secrets.length,
  ];
}

/** What only policies ask for. */
function policyFacts(draft: Draft, { tags, profile, createdAtMs }: KeyEntry): number[] {
  return [
    listNumber(draft, tags),
    PROFILES.indexOf(profile),
    // One less: there is always one, so that 0 need not stand for none.
    momentNumber(createdAtMs) - 1,
  ];
}

function writeStatements(rows: ByteWriter, statements: readonly unknown[]): void {
  const json = Buffer.from(JSON.stringify(statements));
  if (json.length > STATEMENTS_BYTES_MAX) {
    throw malformed(`The statements of a policy have at most ${STATEMENTS_BYTES_MAX} bytes`);
  }
  writeNumber(rows, json.length);
  writeBytes(rows, json);
}

/** What a key shares with no other. */
function writeOwn(rows: ByteWriter, { name, secrets }: KeyEntry): void {
  writeNumber(rows, Buffer.byteLength(name));
  writeText(rows, name);
  for (const { hash, retiresAtMs } of secrets) {
    writeBytes(rows, hash);
    writeNumber(rows, momentNumber(retiresAtMs));
  }
}

function textNumber(draft: Draft, text: string): number {
  const known = draft.textNumbers.get(text);
  if (known !== undefined) return known;
  const length = Buffer.byteLength(text);
  if (length > TEXT_BYTES_MAX) throw malformed(`A text has at most ${TEXT_BYTES_MAX} bytes`);
  writeNumber(draft.texts, length);
  writeText(draft.texts, text);
  const number = draft.textNumbers.size + 1;
  draft.textNumbers.set(text, number);
  return number;
}

function listNumber(draft: Draft, texts: readonly string[]): number {
  if (texts.length === 0) return 0;
  const numbers = texts.map((text) => textNumber(draft, text));
  const name = numbers.join();
  const known = draft.listNumbers.get(name);
  if (known !== undefined) return known;
  writeNumber(draft.lists, numbers.length);
  for (const number of numbers) writeNumber(draft.lists, number);
  const number = draft.listNumbers.size + 1;
  draft.listNumbers.set(name, number);
  return number;
}

/** Fractions are dropped. What is no moment at all is 1970: doubt refuses. */
function momentNumber(ms: number | null): number {
  if (ms === null) return 0;
  const whole = Math.floor(ms);
  return whole >= 0 && whole <= MOMENT_MAX ? whole + 1 : 1;
}
