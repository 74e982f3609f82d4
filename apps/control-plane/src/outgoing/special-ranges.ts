import { type IpRange, parseIpAddress, parseIpRange, rangeContains } from '@tollkeeper/verify';

/** IPv4 addresses that no server on the Internet has (IANA's registry of special addresses), and one that has. */
const SPECIAL_IPV4 = [
  '0.0.0.0/8', // this network, unspecified
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers (CGNAT)
  '127.0.0.0/8', // loopback
  '168.63.129.16', // metadata of Azure, reachable from its machines only
  '169.254.0.0/16', // link-local, metadata of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments, metadata of Oracle
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
];

/**
 * All of the Internet is in this range. What lies beside it is special: loopback, unspecified, IPv4 in IPv6
 * (mapped, compatible, NAT64), unique local, link-local, site-local and multicast addresses.
 */
const GLOBAL_IPV6 = ['2000::/3'];

const SPECIAL_IPV6 = [
  '2001::/23', // protocol assignments: Teredo, ORCHID, benchmarks
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
];

const special = ranges([...SPECIAL_IPV4, ...SPECIAL_IPV6]);
const globalIpv6 = ranges(GLOBAL_IPV6);

/**
 * Whether the address is one of a server on the Internet. An IPv4-mapped IPv6 address is the IPv4 address.
 * A text that is no address is none.
 */
export function isPublicAddress(text: string): boolean {
  const address = parseIpAddress(text);
  if (!address || rangeContains(special, text)) return false;
  return address.family === 4 || rangeContains(globalIpv6, text);
}

function ranges(texts: readonly string[]): IpRange[] {
  return texts.map((text) => {
    const range = parseIpRange(text);
    if (!range) throw new RangeError(`"${text}" is no range`);
    return range;
  });
}
