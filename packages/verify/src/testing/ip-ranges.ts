import fc from 'fast-check';
import { type IpRange, parseIpRange } from '../ip-range.ts';

/** Few distinct bits, so that addresses and ranges meet. */
const octet = fc.constantFrom(0, 1, 10, 127, 128, 192, 255);
const group = fc.constantFrom('0', '1', 'db8', '2001', '8000', 'FFFF');
export const ipv4 = fc
  .array(octet, { minLength: 4, maxLength: 4 })
  .map((octets) => octets.join('.'));
export const ipv6 = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map((groups) => groups.join(':'))
  .filter((text) => !/^(0:){5}FFFF/.test(text));
export const range4 = fc.tuple(ipv4, fc.nat(32)).map(([ip, bits]) => `${ip}/${bits}`);
export const range6 = fc.tuple(ipv6, fc.nat(128)).map(([ip, bits]) => `${ip}/${bits}`);
export const anyRange = fc.oneof(range4, range6, ipv4, ipv6, fc.ipV4(), fc.ipV6());

export function range(text: string): IpRange {
  const parsed = parseIpRange(text);
  if (!parsed) throw new Error(`"${text}" should be a range`);
  return parsed;
}
