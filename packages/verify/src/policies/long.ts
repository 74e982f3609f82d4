/**
 * A whole number of 64 bits: a number where JavaScript holds it exactly, and else a bigint, so that
 * equal ones are `===` and `<` compares any two. Undefined stands for an overflow.
 */
export type Long = number | bigint;

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/** Undefined for what 64 bits do not hold. */
export function toLong(value: bigint): Long | undefined {
  if (value < MIN || value > MAX) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

export function addLongs(left: Long, right: Long): Long | undefined {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return toLong(BigInt(left) + BigInt(right));
}

export function subtractLongs(left: Long, right: Long): Long | undefined {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return toLong(BigInt(left) - BigInt(right));
}

export function multiplyLongs(left: Long, right: Long): Long | undefined {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    if (Number.isSafeInteger(product)) return product;
  }
  return toLong(BigInt(left) * BigInt(right));
}

/** Towards zero. */
export function divideLong(dividend: Long, divisor: number): Long | undefined {
  return typeof dividend === 'number'
    ? (dividend - (dividend % divisor)) / divisor
    : toLong(dividend / BigInt(divisor));
}

/** From 0 up to the divisor, for negative numbers too. */
export function moduloLong(dividend: Long, divisor: number): number {
  const remainder = Number(
    typeof dividend === 'number' ? dividend % divisor : dividend % BigInt(divisor),
  );
  return remainder < 0 ? remainder + divisor : remainder;
}
