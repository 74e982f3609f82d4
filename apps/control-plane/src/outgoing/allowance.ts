import { type IpRange, parseIpRange, rangeContains } from '@tollkeeper/verify';

/** What the operator allows requests to reach beside the Internet, where people of an organization choose the address. */
export interface Allowance {
  /** Names in lower case, as a URL has them. */
  readonly hosts: ReadonlySet<string>;
  readonly ranges: readonly IpRange[];
}

/** Why a list cannot be used, as the end of a sentence about the list. */
export class AllowanceError extends Error {
  override readonly name = 'AllowanceError';
}

export const NOTHING_ALLOWED: Allowance = { hosts: new Set(), ranges: [] };

/**
 * Reads a list of host names, IP addresses and CIDR ranges, separated by commas.
 * @throws AllowanceError naming the entry
 */
export function parseAllowance(text: string): Allowance {
  const hosts = new Set<string>();
  const ranges: IpRange[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const range = parseIpRange(entry.trim());
    const host = range ? undefined : readHost(entry.trim());
    if (range) ranges.push(range);
    else if (host) hosts.add(host);
    else {
      throw new AllowanceError(
        `must be host names, IP addresses or ranges such as 10.0.0.0/8, separated by commas; entry ${index + 1} is none`,
      );
    }
  }
  return { hosts, ranges };
}

const NAME = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i;

function readHost(text: string): string | undefined {
  if (!NAME.test(text)) return undefined;
  const name = URL.parse(`http://${text}`)?.hostname;
  // An address that is written in another way than parseIpRange takes, such as 10.1 or 0x7f000001.
  return name === undefined || parseIpRange(name) ? undefined : name;
}

export function isAllowedAddress({ ranges }: Allowance, address: string): boolean {
  return rangeContains(ranges, address);
}
