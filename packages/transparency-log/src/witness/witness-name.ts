import { createHash, createPublicKey } from 'node:crypto';
import { COSIGNATURE_ED25519, type VerifierKey, verifierKey } from '../note/vkey.ts';

/**
 * Name under which a gateway cosigns: below the log's own, and made from the key. So it says nothing
 * about the gateway to a reader who may not see the fleet.
 * @param publicKey Ed25519, 32 bytes in base64url
 */
export function witnessName(origin: string, publicKey: string): string {
  const hash = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();
  return `${origin}/witness/${hash.toString('hex', 0, 8)}`;
}

/** The key of a gateway's cosignatures. @param publicKey Ed25519, 32 bytes */
export function witnessVerifierKey(origin: string, publicKey: Uint8Array): VerifierKey {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verifierKey(witnessName(origin, x), key, COSIGNATURE_ED25519);
}
