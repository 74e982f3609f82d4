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
