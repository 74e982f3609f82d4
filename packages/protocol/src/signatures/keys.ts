import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { publicKey } from '@tollkeeper/contract';

/** Ed25519 keys and their texts. */

/** What stands before the 32 bytes of a seed in PKCS #8 (RFC 8410, section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED_BYTES = 32;
const SIGNING_KEY_INFO = 'tollkeeper fleet signing key 1';
const AUDIT_LOG_KEY_INFO = 'tollkeeper audit log key 1';

/** Key that signs every message to gateways; the same in all processes that share the secret. */
export function deriveSigningKey(secret: string): KeyObject {
  return deriveKey(secret, SIGNING_KEY_INFO);
}

/** Key that signs the checkpoints of every organization's audit log. */
export function deriveAuditLogKey(secret: string): KeyObject {
  return deriveKey(secret, AUDIT_LOG_KEY_INFO);
}

/** A gateway's own private key, made anew. */
export function createIdentity(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

/** The seed of a private key, in base64url: to be stored where nobody else reads. */
export function identityText(identity: KeyObject): string {
  const { d } = identity.export({ format: 'jwk' });
  if (!d) throw new TypeError('Not an Ed25519 private key');
  return d;
}

/** @throws RangeError for a text that `identityText` does not write */
export function readIdentity(text: string): KeyObject {
  const seed = Buffer.from(text, 'base64url');
  if (seed.length !== SEED_BYTES || seed.toString('base64url') !== text) {
    throw new RangeError('An identity has 32 bytes in base64url');
  }
  return privateKeyOf(seed);
}

/** 32 bytes in base64url, as the `x` of a JWK has it (RFC 8037). @param key either half */
export function publicKeyText(key: KeyObject): string {
  const { x } = publicHalf(key).export({ format: 'jwk' });
  if (!x) throw new TypeError('Not an Ed25519 key');
  return x;
}

/** @throws RangeError for a text that `publicKeyText` does not write */
export function readPublicKey(text: string): KeyObject {
  const key = publicKey.safeParse(text).success && publicKeyOf(text);
  // Two bits of the last character say nothing: one key would have four texts.
  if (!key || publicKeyText(key) !== text) {
    throw new RangeError('A public key has 32 bytes in base64url');
  }
  return key;
}

function publicHalf(key: KeyObject): KeyObject {
  return key.type === 'public' ? key : createPublicKey(key);
}

function deriveKey(secret: string, info: string): KeyObject {
  return privateKeyOf(Buffer.from(hkdfSync('sha256', secret, '', info, SEED_BYTES)));
}

function privateKeyOf(seed: Buffer): KeyObject {
  const key = Buffer.concat([PKCS8_HEAD, seed]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function publicKeyOf(x: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}
