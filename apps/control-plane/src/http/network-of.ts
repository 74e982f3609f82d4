import { formatIpAddress, parseIpAddress } from '@tollkeeper/verify';

/**
 * The network that limits on strangers count by: an IPv4 address, or the /64 of an IPv6 address,
 * because anyone who has one IPv6 address has the 2^64 beside it (RFC 6177).
 */
export function networkOf(address: string | null): string {
  const parsed = parseIpAddress(address ?? '');
  if (!parsed) return address ?? '';
  const { family, words } = parsed;
  return formatIpAddress({ family, words: family === 4 ? words : [...words.slice(0, 2), 0, 0] });
}

/**
 * All networks that one stranger may have: those of an IPv6 /48, which is given to anyone who asks for
 * it and holds 65,536 of them. An IPv4 address stands for itself.
 */
export function siteOf(address: string | null): string {
  const parsed = parseIpAddress(address ?? '');
  if (parsed?.family !== 6) return networkOf(address);
  const [first = 0, second = 0] = parsed.words;
  return formatIpAddress({ family: 6, words: [first, (second >>> 16) << 16, 0, 0] });
}
