import { createHash, randomBytes } from 'node:crypto';

/** Drawn at once: a draw costs as much as storing a row, however few bytes it is for. */
const POOL_BYTES = 4096;

/** Random bytes for ids and secrets, each handed out once and forgotten here. */
export function createRandomBytes(
  draw: (count: number) => Uint8Array = randomBytes,
): (count: number) => Uint8Array {
  let pool = new Uint8Array(0);
  let used = 0;
  return (count) => {
    if (count > POOL_BYTES) return draw(count);
    if (used + count > pool.length) {
      pool = Uint8Array.from(draw(POOL_BYTES));
      used = 0;
    }
    const bytes = pool.slice(used, used + count);
    pool.fill(0, used, used + count);
    used += count;
    return bytes;
  };
}

const TOKEN_BYTES = 32;

/** A new one-time token: 256 random bits, of which only the hash is stored. */
export function createToken(randomBytes: (count: number) => Uint8Array): string {
  return Buffer.from(randomBytes(TOKEN_BYTES)).toString('base64url');
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
