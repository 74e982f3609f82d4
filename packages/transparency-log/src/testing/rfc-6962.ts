/**
 * The tree of RFC 6962, section 2.1, written anew from its text, clause by clause, and with nothing of
 * the code that it checks: slow, and easy to compare with the RFC.
 */
import { createHash } from 'node:crypto';

const sha256 = (...parts: Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest();
const ZERO = Buffer.from([0]);
const ONE = Buffer.from([1]);

/** "Let k be the largest power of two smaller than n (i.e., k < n <= 2k)." */
function k(n: number): number {
  let power = 1;
  while (!(power < n && n <= 2 * power)) power *= 2;
  return power;
}

/** MTH(D[n]). */
export function mth(d: readonly Uint8Array[]): Buffer {
  const n = d.length;
  if (n === 0) return sha256();
  if (n === 1) return sha256(ZERO, d[0] as Uint8Array);
  return sha256(ONE, mth(d.slice(0, k(n))), mth(d.slice(k(n))));
}

/** PATH(m, D[n]). */
export function path(m: number, d: readonly Uint8Array[]): Buffer[] {
  const n = d.length;
  if (n === 1) return [];
  return m < k(n)
    ? [...path(m, d.slice(0, k(n))), mth(d.slice(k(n)))]
    : [...path(m - k(n), d.slice(k(n))), mth(d.slice(0, k(n)))];
}

/** PROOF(m, D[n]), for 0 < m < n. */
export function proof(m: number, d: readonly Uint8Array[]): Buffer[] {
  return subproof(m, d, true);
}

/** SUBPROOF(m, D[n], b). */
function subproof(m: number, d: readonly Uint8Array[], b: boolean): Buffer[] {
  const n = d.length;
  if (m === n) return b ? [] : [mth(d)];
  return m <= k(n)
    ? [...subproof(m, d.slice(0, k(n)), b), mth(d.slice(k(n)))]
    : [...subproof(m - k(n), d.slice(k(n)), false), mth(d.slice(0, k(n)))];
}
