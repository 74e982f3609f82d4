import { parseIpAddress } from '@tollkeeper/verify';
import { type Allowance, isAllowedAddress } from './allowance.ts';
import { isPublicAddress } from './special-ranges.ts';

/** Why nothing is sent to a URL, as the end of a sentence about it; undefined for one that can. */
export function findUrlProblem(text: string, allowance: Allowance): string | undefined {
  // As it is requested: a host such as 0x7f.1 or 2130706433 is 127.0.0.1 here.
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return 'must be a URL that begins with https://';
  if (url.username + url.password !== '') return 'must not hold a user or a password';
  const host = hostOf(url);
  const address = parseIpAddress(host) ? host : undefined;
  const isAllowed =
    allowance.hosts.has(host) || (address !== undefined && isAllowedAddress(allowance, address));
  if (isAllowed) return undefined;
  if (address !== undefined && !isPublicAddress(address)) {
    return `must not name an address of a private or special network (${address}); only the operator of this server can allow it`;
  }
  if (/(?:^|\.)localhost\.?$/.test(host)) return 'must not name this machine';
  if (url.protocol !== 'https:') return 'must begin with https://';
  return undefined;
}

/** The name or address, without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
