import { createHash } from 'node:crypto';

/**
 * Name under which a gateway cosigns: below the log's own, and made from the key. So it says nothing
 * about the gateway to a reader who may not see the fleet.
 * @param publicKey Ed25519, 32 bytes in base64url
 */
export function witnessName(origin: string, publicKey: string): string {
  const hash = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();
  return `${origin}/witness/${hash.toString('hex', 0, 8)}`;
}
