import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { readBase64, shown } from './base64.ts';
import { NoteError } from './note-error.ts';

/** Verifier keys of C2SP signed-note: `<name>+<key ID in hex>+<base64 of type and public key>`. */

/** Ed25519 signatures over the text of a note. */
export const NOTE_ED25519 = 0x01;
/** Ed25519 signatures over a time and a checkpoint (C2SP tlog-cosignature). */
export const COSIGNATURE_ED25519 = 0x04;
export type SignatureType = typeof NOTE_ED25519 | typeof COSIGNATURE_ED25519;

export interface VerifierKey {
  readonly name: string;
  /** The first four bytes of a hash of all the rest, as eight hexadecimal digits. */
  readonly keyId: string;
  readonly type: SignatureType;
  readonly publicKey: KeyObject;
}

const PUBLIC_KEY_BYTES = 32;

/** @param publicKey Ed25519, either half @throws NoteError for a name that no key may have */
export function verifierKey(name: string, publicKey: KeyObject, type: SignatureType): VerifierKey {
  requireKeyName(name);
  const half = publicKey.type === 'public' ? publicKey : createPublicKey(publicKey);
  return { name, keyId: keyIdOf(name, type, rawKey(half)), type, publicKey: half };
}

export function vkeyText({ name, keyId, type, publicKey }: VerifierKey): string {
  const material = Buffer.concat([Buffer.of(type), rawKey(publicKey)]);
  return `${name}+${keyId}+${material.toString('base64')}`;
}

/** @throws NoteError for a text that `vkeyText` does not write */
export function parseVkey(text: string): VerifierKey {
  const [name = '', keyId = '', ...rest] = text.split('+');
  const material = readBase64(rest.join('+'));
  const type = material[0];
  if (type !== NOTE_ED25519 && type !== COSIGNATURE_ED25519) {
    throw new NoteError(`The verifier key "${shown(text)}" is for no known type of signature`);
  }
  const raw = material.subarray(1);
  if (raw.length !== PUBLIC_KEY_BYTES) {
    throw new NoteError(`The verifier key "${shown(text)}" does not hold 32 bytes of a public key`);
  }
  requireKeyName(name);
  if (keyId !== keyIdOf(name, type, raw)) {
    throw new NoteError(`The key ID of "${shown(text)}" does not belong to its name and key`);
  }
  const x = raw.toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return { name, keyId, type, publicKey };
}

/** Whether keys may have the name: not empty, no Unicode space, no plus, nothing that notes exclude. */
export function isKeyName(name: string): boolean {
  return name.isWellFormed() && /^[^\p{White_Space}\p{Cc}+]+$/u.test(name);
}

function requireKeyName(name: string): void {
  if (!isKeyName(name)) throw new NoteError(`No key may be named "${shown(name)}"`);
}

function keyIdOf(name: string, type: SignatureType, raw: Uint8Array): string {
  const hash = createHash('sha256').update(`${name}\n`).update(Buffer.of(type)).update(raw);
  return hash.digest().toString('hex', 0, 4);
}

function rawKey(publicKey: KeyObject): Buffer {
  const { crv, x } = publicKey.export({ format: 'jwk' });
  if (crv !== 'Ed25519' || !x) throw new TypeError('Not an Ed25519 public key');
  return Buffer.from(x, 'base64url');
}
