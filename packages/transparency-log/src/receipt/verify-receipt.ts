import { createPublicKey, verify } from 'node:crypto';
import {
  type AuditEvent,
  appliedStatement,
  auditEvent,
  type Receipt,
  receipt as receiptSchema,
} from '@tollkeeper/contract';
import { canonicalJson } from '../canonical-json.ts';
import { parseCheckpoint } from '../note/checkpoint.ts';
import { NoteError } from '../note/note-error.ts';
import { verifyNote } from '../note/signed-note.ts';
import { parseTlogProof } from '../note/tlog-proof.ts';
import { COSIGNATURE_ED25519, NOTE_ED25519, parseVkey, type VerifierKey } from '../note/vkey.ts';
import { leafHash } from '../tree/hash.ts';
import { verifyInclusion } from '../tree/verify-proofs.ts';
import { receiptStatement, receiptText } from './receipt-statement.ts';

/** What a receipt proves. */
export interface VerifiedReceipt {
  readonly receipt: Receipt;
  readonly event: AuditEvent;
  /** Size of the log in the checkpoint. */
  readonly size: number;
  /** Names and times, in seconds since 1970, of the witnesses whose cosignatures are right. */
  readonly cosignatures: readonly { readonly name: string; readonly timestamp: number }[];
  /** Whether the log's key was given, and not only taken from the receipt. */
  readonly isLogKnown: boolean;
}

interface Trust {
  /** Verifier key of the log, from elsewhere than the receipt. */
  readonly logKey?: string | undefined;
  /** Verifier keys of witnesses that the receipt need not name. */
  readonly witnesses?: readonly VerifierKey[];
}

/** Whether the text is meant to be a receipt, right or wrong. */
export function isReceipt(text: string): boolean {
  return /^\s*\{\s*"acknowledgements"/.test(text);
}

/**
 * Verifies all that a receipt states: the event is in the log, the log signed the receipt, each
 * cosignature and each acknowledgement is right. Every byte of the text counts.
 * @throws NoteError naming what is wrong
 */
export function verifyReceipt(text: string, trust: Trust = {}): VerifiedReceipt {
  const receipt = parseReceipt(text);
  const logKey = parseVkey(receipt.logKey);
  if (logKey.type !== NOTE_ED25519) throw new NoteError('The key of the log is for witnesses');
  if (trust.logKey !== undefined && trust.logKey !== receipt.logKey) {
    throw new NoteError('The receipt is of another log than the given key');
  }
  const { signature, ...unsigned } = receipt;
  verifyNote(`${receiptStatement(unsigned)}\n${signature}`, [logKey]);
  const event = parseLeaf(receipt);
  const { size, cosignatures } = verifyInLog(receipt, event, logKey, trust.witnesses ?? []);
  for (const each of receipt.acknowledgements) requireAcknowledged(receipt, each);
  return { receipt, event, size, cosignatures, isLogKnown: trust.logKey !== undefined };
}

function parseReceipt(text: string): Receipt {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new NoteError('The receipt is not JSON', { cause: error });
  }
  const parsed = receiptSchema.safeParse(json);
  if (!parsed.success) {
    throw new NoteError('The receipt does not have the fields of one', { cause: parsed.error });
  }
  const expected = findCanonical(() => receiptText(parsed.data));
  if (text !== expected && `${text}\n` !== expected) {
    throw new NoteError('The receipt is not canonical JSON: it was edited, or formatted anew');
  }
  return parsed.data;
}

/** The event, which has to be about the key. */
function parseLeaf({ leaf, keyId }: Receipt): AuditEvent {
  let json: unknown;
  try {
    json = JSON.parse(leaf);
  } catch (error) {
    throw new NoteError('The event of the receipt is not JSON', { cause: error });
  }
  const parsed = auditEvent.safeParse(json);
  if (!parsed.success || findCanonical(() => canonicalJson(parsed.data)) !== leaf) {
    throw new NoteError('The event of the receipt does not have the fields of one');
  }
  if (!isAboutKey(parsed.data, keyId)) {
    throw new NoteError(`The event of the receipt is not about the key "${keyId}"`);
  }
  return parsed.data;
}

/** What an event says of its target, also as the database has it. */
interface KeyMention {
  readonly action: string;
  readonly target: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** Whether the event is about the key: by its target, or as the removal of the owner, which names the keys that it revoked. */
export function isAboutKey({ action, target, after }: KeyMention, keyId: string): boolean {
  if (target.type === 'api_key') return target.id === keyId;
  if (action !== 'member.remove') return false;
  const revoked: unknown = after?.revokedKeys;
  return Array.isArray(revoked) && revoked.includes(keyId);
}

/** Undefined for what has no canonical JSON, such as half a character that is written as an escape. */
function findCanonical(write: () => string): string | undefined {
  try {
    return write();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function verifyInLog(
  receipt: Receipt,
  { sequence, organizationId }: AuditEvent,
  logKey: VerifierKey,
  known: readonly VerifierKey[],
) {
  const { index, hashes, checkpoint } = parseTlogProof(receipt.proof);
  const named = receipt.witnesses.map(parseVkey);
  if (named.some(({ type }) => type !== COSIGNATURE_ED25519)) {
    throw new NoteError('A key of a witness is none for cosignatures');
  }
  const { text, signatures } = verifyNote(checkpoint, [logKey, ...named, ...known]);
  if (!signatures.some(({ key }) => key === logKey)) {
    throw new NoteError('The log did not sign the checkpoint');
  }
  const { origin, size, rootHash } = parseCheckpoint(text);
  if (origin !== logKey.name || !origin.endsWith(`/${organizationId}`)) {
    throw new NoteError('The checkpoint is of another log');
  }
  const claim = { leafHash: leafHash(receipt.leaf), index, size, rootHash, proof: hashes };
  if (index !== sequence - 1 || !verifyInclusion(claim)) {
    throw new NoteError('The event is not in the log at its place');
  }
  const cosignatures = signatures.flatMap(({ name, timestamp }) =>
    timestamp === null ? [] : [{ name, timestamp }],
  );
  return { size, cosignatures };
}

/** @throws NoteError unless the gateway signed that it decides with the change */
function requireAcknowledged(
  { required }: Receipt,
  each: Receipt['acknowledgements'][number],
): void {
  const { workspaceId, version, latestVersion, latestRevision, atMs } = each;
  const needed = required.find((one) => one.workspaceId === workspaceId);
  if (!needed || version < needed.version || latestVersion < version) {
    throw new NoteError('An acknowledgement is of an older version than the change');
  }
  const latest = { version: latestVersion, revision: latestRevision };
  const statement = appliedStatement({ workspaceId, version, latest, atMs });
  if (!isSigned(each.publicKey, statement, each.signature)) {
    throw new NoteError('The signature of an acknowledgement is wrong');
  }
}

/** Whether the acknowledgement is right, so that a receipt can contain it. */
export function isSigned(publicKey: string, statement: string, signature: string): boolean {
  try {
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: publicKey },
      format: 'jwk',
    });
    return verify(null, Buffer.from(statement), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}
