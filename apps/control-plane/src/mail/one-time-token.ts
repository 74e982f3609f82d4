import { createHash } from 'node:crypto';

const TOKEN_BYTES = 32;

/** A new one-time token: 256 random bits, of which only the hash is stored. */
export function createToken(randomBytes: (count: number) => Uint8Array): string {
  return Buffer.from(randomBytes(TOKEN_BYTES)).toString('base64url');
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
