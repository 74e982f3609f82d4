import { parseIpAddress } from './ip-address.ts';

/**
 * The network that an address is in, as an access line has it: the /24 of an IPv4 address, the /48 of an IPv6
 * address. Undefined for what is no address.
 */
export function networkOf(text: string): string | undefined {
  const address = parseIpAddress(text);
  if (!address) return undefined;
  const [first = 0, second = 0] = address.words;
  if (address.family === 4) {
    return `${first >>> 24}.${(first >>> 16) & 255}.${(first >>> 8) & 255}.0/24`;
  }
  const groups = [first >>> 16, first & 0xffff, second >>> 16];
  return `${groups.map((group) => group.toString(16)).join(':')}::/48`;
}
