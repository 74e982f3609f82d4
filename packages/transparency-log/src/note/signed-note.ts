import { type KeyObject, sign, verify } from 'node:crypto';
import { cosignedMessage, readCosignature } from './cosignature-format.ts';
import { NoteError } from './note-error.ts';
import { type NoteSignature, parseNote, signatureLine } from './parse-note.ts';
import { COSIGNATURE_ED25519, NOTE_ED25519, type VerifierKey, verifierKey } from './vkey.ts';

/** Who signs: a key pair under a name. */
export interface NoteSigner {
  readonly name: string;
  /** Ed25519. */
  readonly privateKey: KeyObject;
}

/** A signature that was verified. */
export interface VerifiedSignature extends NoteSignature {
  readonly key: VerifierKey;
  /** When a cosignature was made, in seconds since 1970; null for a plain signature. */
  readonly timestamp: number | null;
}

export interface VerifiedNote {
  readonly text: string;
  /** Those of known keys, each of which is right. */
  readonly signatures: readonly VerifiedSignature[];
}

/**
 * The signed note (C2SP signed-note).
 * @param text ends with a line feed
 * @throws NoteError for a text that no note may have
 */
export function signNote(text: string, { name, privateKey }: NoteSigner): string {
  const { keyId } = verifierKey(name, privateKey, NOTE_ED25519);
  const signature = sign(null, Buffer.from(text), privateKey);
  const note = `${text}\n${signatureLine(name, keyId, signature)}`;
  if (parseNote(note).text !== text) throw new NoteError('The text ends with no line feed');
  return note;
}

/**
 * The text of a note that one of the keys signed. Signatures of other keys are ignored; a wrong one
 * of a known key rejects the note.
 * @throws NoteError
 */
export function verifyNote(note: string, keys: readonly VerifierKey[]): VerifiedNote {
  const { text, signatures } = parseNote(note);
  const verified = signatures.flatMap((each) => {
    const key = keys.find(({ name, keyId }) => name === each.name && keyId === each.keyId);
    return key ? [{ ...each, key, timestamp: requireSignature(text, each, key) }] : [];
  });
  if (verified.length === 0) throw new NoteError('No known key has signed the note');
  return { text, signatures: verified };
}

/** @returns the time of a cosignature, else null @throws NoteError when the key did not sign this */
export function requireSignature(
  text: string,
  { name, bytes }: Pick<NoteSignature, 'name' | 'bytes'>,
  { type, publicKey }: VerifierKey,
): number | null {
  const { timestamp, signature } =
    type === COSIGNATURE_ED25519 ? readCosignature(bytes) : { timestamp: null, signature: bytes };
  const message = timestamp === null ? text : cosignedMessage(text, timestamp);
  if (!verify(null, Buffer.from(message), publicKey, signature)) {
    throw new NoteError(`The signature of "${name}" is wrong`);
  }
  return timestamp;
}
