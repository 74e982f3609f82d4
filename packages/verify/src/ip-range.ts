import {
  formatIpAddress,
  type IpAddress,
  parseAsWritten,
  parseIpAddress,
  unmapped,
} from './ip-address.ts';

/** All addresses of one family that share the first `bits` bits. */
export interface IpRange extends IpAddress {
  /** Prefix length: 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly bits: number;
}

const PREFIX_LENGTH = /^(?:0|[1-9]\d{0,2})$/;
const MAPPED_BITS = 96;

/**
 * Reads an address or a range in CIDR notation (RFC 4632); an address alone is the range of itself.
 * Bits beyond the prefix are cleared: `10.1.2.3/8` is `10.0.0.0/8`. A range inside `::ffff:0:0/96`
 * is the IPv4 range; any other IPv6 range, `::/0` too, holds no IPv4 address.
 */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/');
  const address = parseAsWritten(slash < 0 ? text : text.slice(0, slash));
  if (!address) return undefined;
  const bitsMax = address.words.length * 32;
  const bitsText = slash < 0 ? String(bitsMax) : text.slice(slash + 1);
  const bits = PREFIX_LENGTH.test(bitsText) ? Number(bitsText) : Number.NaN;
  if (!(bits <= bitsMax)) return undefined;
  const inIpv4 = bits >= MAPPED_BITS && unmapped(address);
  return inIpv4 ? network(inIpv4, bits - MAPPED_BITS) : network(address, bits);
}

/** The canonical text: the address alone where it is the whole range. */
export function formatIpRange(range: IpRange): string {
  const address = formatIpAddress(range);
  return range.bits === range.words.length * 32 ? address : `${address}/${range.bits}`;
}

/** Whether one of the ranges holds the address. A text that is no address is in no range. */
export function rangeContains(ranges: readonly IpRange[], ipText: string): boolean {
  const address = parseIpAddress(ipText);
  return address !== undefined && ranges.some((range) => sharesPrefix(address, range));
}

/** Whether every address of the inner range is also in the outer one. */
export function rangeWithin(inner: IpRange, outer: IpRange): boolean {
  return inner.bits >= outer.bits && sharesPrefix(inner, outer);
}

function network({ family, words }: IpAddress, bits: number): IpRange {
  return { family, words: words.map((word, i) => word & wordMask(bits, i)), bits };
}

function sharesPrefix(address: IpAddress, range: IpRange): boolean {
  return (
    address.family === range.family &&
    address.words.every(
      (word, i) => ((word ^ (range.words[i] ?? 0)) & wordMask(range.bits, i)) === 0,
    )
  );
}

/** The bits of the word at the position that a prefix of that length covers. */
function wordMask(bits: number, position: number): number {
  const covered = Math.min(32, Math.max(0, bits - position * 32));
  // A shift by 32 is a shift by 0 in JavaScript.
  return covered === 0 ? 0 : -1 << (32 - covered);
}
