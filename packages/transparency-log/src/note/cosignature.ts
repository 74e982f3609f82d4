import { sign } from 'node:crypto';
import { parseCheckpoint } from './checkpoint.ts';
import { cosignatureBytes, cosignedMessage } from './cosignature-format.ts';
import { NoteError } from './note-error.ts';
import { parseSignatures, signatureLine } from './parse-note.ts';
import { type NoteSigner, requireSignature } from './signed-note.ts';
import { COSIGNATURE_ED25519, type VerifierKey, verifierKey } from './vkey.ts';

/**
 * States that the checkpoint is the largest consistent one that the cosigner has seen of its log.
 * @param body text of the checkpoint, without signatures
 * @param timestamp seconds since 1970
 * @returns a signature line, with its line feed
 * @throws NoteError when the body is no checkpoint, or the time out of range
 */
export function cosign(body: string, cosigner: NoteSigner, timestamp: number): string {
  const { name, privateKey } = cosigner;
  parseCheckpoint(body);
  if (!Number.isSafeInteger(timestamp) || timestamp < 1) {
    throw new NoteError('The time of a cosignature is out of range');
  }
  const { keyId } = verifierKey(name, privateKey, COSIGNATURE_ED25519);
  const signature = sign(null, Buffer.from(cosignedMessage(body, timestamp)), privateKey);
  return signatureLine(name, keyId, cosignatureBytes(timestamp, signature));
}

/**
 * The time of the cosignature, in seconds since 1970.
 * @param line one signature line, with its line feed
 * @throws NoteError unless the key cosigned exactly this checkpoint
 */
export function verifyCosignature(body: string, line: string, key: VerifierKey): number {
  parseCheckpoint(body);
  const [signature, ...others] = parseSignatures(line);
  if (!signature || others.length > 0) throw new NoteError('A cosignature is one line');
  if (signature.name !== key.name || signature.keyId !== key.keyId) {
    throw new NoteError(`The cosignature is not of "${key.name}"`);
  }
  const timestamp = requireSignature(body, signature, key);
  if (timestamp === null) throw new NoteError(`"${key.name}" is no key for cosignatures`);
  return timestamp;
}
