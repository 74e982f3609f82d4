import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';

/** What comes before the 32 bytes of a seed in PKCS #8 (RFC 8410, section 7). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Signs all that gateways are told; the same in all processes that share the secret. */
export function deriveSigningKey(secret: string): KeyObject {
  const seed = hkdfSync('sha256', secret, '', 'tollkeeper fleet signing key 1', 32);
  return createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, Buffer.from(seed)]),
    format: 'der',
    type: 'pkcs8',
  });
}

/** 32 bytes in base64url, as the `x` of a JWK has it (RFC 8037). */
export function publicKeyText(key: KeyObject): string {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  if (!x) throw new TypeError('Not an Ed25519 key');
  return x;
}
