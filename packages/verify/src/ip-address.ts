/** An address as 32-bit words, most significant first: one for IPv4, four for IPv6. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly words: readonly number[];
}

/** `0000:0000:0000:0000:0000:ffff:255.255.255.255` is the longest address there is. */
const TEXT_LENGTH_MAX = 45;
const ZERO = 48;
const DOT = 46;
const NO_DIGIT = -1;
const HEX = /^[0-9A-Fa-f]{1,4}$/;

/**
 * Reads an IPv4 address (four decimal octets) or an IPv6 address (RFC 4291, 2.2). An IPv4-mapped
 * IPv6 address is the IPv4 address. Octets with leading zeros are refused, since some readers take
 * them for octal; so are zone ids, which mean something on one machine only.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const address = parseAsWritten(text);
  return address && (unmapped(address) ?? address);
}

/** Like `parseIpAddress`, but an IPv4-mapped address stays IPv6, as a prefix length counts it. */
export function parseAsWritten(text: string): IpAddress | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  if (text.includes(':')) {
    const words = parseIpv6(text);
    return words && { family: 6, words };
  }
  const word = parseIpv4(text);
  return word === undefined ? undefined : { family: 4, words: [word] };
}

/** The IPv4 address inside `::ffff:0:0/96`, if it is one (RFC 4291, 2.5.5.2). */
export function unmapped({ family, words }: IpAddress): IpAddress | undefined {
  const [first, second, third, last = 0] = words;
  const mapped = family === 6 && first === 0 && second === 0 && third === 0xffff;
  return mapped ? { family: 4, words: [last] } : undefined;
}

/** Character by character, since it runs in the decision: split and patterns take ten times longer. */
function parseIpv4(text: string): number | undefined {
  let word = 0;
  let octet = NO_DIGIT;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit === DOT - ZERO && octet !== NO_DIGIT) {
      word = (word << 8) | octet;
      octet = NO_DIGIT;
      dots++;
      continue;
    }
    if (digit < 0 || digit > 9 || octet === 0) return undefined;
    octet = octet === NO_DIGIT ? digit : octet * 10 + digit;
    if (octet > 255) return undefined;
  }
  return dots === 3 && octet !== NO_DIGIT ? (word << 8) | octet : undefined;
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  // The dotted form stands for the last 32 bits, so it cannot come before a gap.
  const front = parseGroups(head, tail === undefined);
  const back = parseGroups(tail ?? '', true);
  if (!front || !back) return undefined;
  const gap = 8 - front.length - back.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return undefined;
  const groups = [...front, ...new Array<number>(gap).fill(0), ...back];
  return [0, 2, 4, 6].map((i) => ((groups[i] ?? 0) << 16) | (groups[i + 1] ?? 0));
}

function parseGroups(text: string, dottedEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [position, part] of parts.entries()) {
    if (HEX.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const word = dottedEnd && position === parts.length - 1 ? parseIpv4(part) : undefined;
    if (word === undefined) return undefined;
    groups.push(word >>> 16, word & 0xffff);
  }
  return groups;
}

/** The canonical text: dotted decimal, or RFC 5952 for IPv6. */
export function formatIpAddress({ family, words }: IpAddress): string {
  if (family === 4) return [24, 16, 8, 0].map((n) => ((words[0] ?? 0) >>> n) & 255).join('.');
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const gap = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (gap.length < 2) return hex.join(':');
  return `${hex.slice(0, gap.start).join(':')}::${hex.slice(gap.start + gap.length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [position, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: position - length + 1, length };
  }
  return best;
}

const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/;

/** Some proxies add the port to an address: `1.2.3.4:5678`, `[2001:db8::1]:5678`. */
export function withoutPort(hop: string): string {
  const [, ipv6, other] = WITH_PORT.exec(hop) ?? [];
  return ipv6 ?? other ?? hop;
}
