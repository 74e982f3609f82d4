import { parseAsWritten } from '../ip-address.ts';
import { formatIpRange, parseIpRange } from '../ip-range.ts';
import type { IpValue } from './value.ts';

const PREFIX_LENGTH = /^(?:0|[1-9][0-9]{0,2})$/;

/**
 * Reads an address or a range as Cedar does; undefined for anything else. Unlike `parseIpRange` it
 * keeps the bits behind the prefix, leaves IPv4-mapped addresses IPv6, and refuses their dotted form.
 */
export function parseIpValue(text: string): IpValue | undefined {
  if (text.includes(':') && text.includes('.')) return undefined;
  const slash = text.indexOf('/');
  const address = parseAsWritten(slash < 0 ? text : text.slice(0, slash));
  if (!address) return undefined;
  const bitsMax = address.words.length * 32;
  const bits = slash < 0 ? bitsMax : parseBits(text.slice(slash + 1));
  return bits <= bitsMax ? { kind: 'ip', ...address, bits } : undefined;
}

/**
 * The text of the IPv4 range that an IPv6 range inside `::ffff:0:0/96` stands for. No call comes from the
 * latter: an address of a request that is written so is the IPv4 address.
 */
export function ipv4RangeOf(text: string): string | undefined {
  if (parseIpValue(text)?.family !== 6) return undefined;
  const range = parseIpRange(text);
  return range?.family === 4 ? formatIpRange(range) : undefined;
}

export function isLoopback({ family, words, bits }: IpValue): boolean {
  const [first = 0, second, third, last] = words;
  if (family === 4) return first >>> 24 === 127 && bits >= 8;
  return first === 0 && second === 0 && third === 0 && last === 1 && bits === 128;
}

export function isMulticast({ family, words, bits }: IpValue): boolean {
  const [first = 0] = words;
  return family === 4 ? first >>> 28 === 14 && bits >= 4 : first >>> 24 === 0xff && bits >= 8;
}

/** Whether every address of the inner range is in the outer one. */
export function isInRange(inner: IpValue, outer: IpValue): boolean {
  if (inner.family !== outer.family || inner.bits < outer.bits) return false;
  for (let i = 0, left = outer.bits; left > 0; i++, left -= 32) {
    // A shift by 32 is a shift by 0 in JavaScript.
    const mask = left >= 32 ? -1 : -1 << (32 - left);
    if ((((inner.words[i] ?? 0) ^ (outer.words[i] ?? 0)) & mask) !== 0) return false;
  }
  return true;
}

function parseBits(text: string): number {
  return PREFIX_LENGTH.test(text) ? Number(text) : Number.NaN;
}
