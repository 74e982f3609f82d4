import { type IpRange, parseIpRange, rangeContains, withoutPort } from '@tollkeeper/verify';

/**
 * Where the request comes from: the connection's other end, or what trusted proxies say, read from
 * the right, up to the first that is not trusted. Empty when a trusted proxy says something that is
 * no address: a key that is bound to addresses is then refused.
 */
export function clientAddress(
  peer: string,
  forwardedFor: string,
  trusted: readonly IpRange[],
): string {
  if (forwardedFor === '' || !rangeContains(trusted, peer)) return peer;
  let address = peer;
  for (const hop of forwardedFor.split(',').reverse()) {
    address = withoutPort(hop.trim());
    if (!parseIpRange(address) || address.includes('/')) return '';
    if (!rangeContains(trusted, address)) return address;
  }
  return address;
}
