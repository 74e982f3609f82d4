import type { SecuritySettings } from '@tollkeeper/contract';
import { parseIpRange, rangeContains } from '@tollkeeper/verify';

/** Whether the ranges leave the address out; an address that is not known is left out by any. */
export function excludesAddress(
  { allowedIps }: Pick<SecuritySettings, 'allowedIps'>,
  ip: string | null,
): boolean {
  if (allowedIps.length === 0) return false;
  const ranges = allowedIps.map(parseIpRange).filter((range) => range !== undefined);
  return !rangeContains(ranges, ip ?? '');
}
