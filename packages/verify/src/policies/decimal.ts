import { toLong } from './long.ts';
import type { Amount } from './value.ts';

const DECIMAL = /^(-?)([0-9]+)\.([0-9]{1,4})$/;

/** Up to four digits behind the point, and some before it; undefined for anything else. */
export function parseDecimal(text: string): Amount<'decimal'> | undefined {
  const [, sign, whole, fraction] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || fraction === undefined) return undefined;
  const units = BigInt(whole + fraction.padEnd(4, '0'));
  const amount = toLong(sign === '-' ? -units : units);
  return amount === undefined ? undefined : { kind: 'decimal', amount };
}
