import type { IpRange } from '../ip-range.ts';
import type { KeyOrganization } from '../key-facts.ts';
import { acquireText, findText, releaseText } from './interned-texts.ts';
import { acquireIpList, rangesOf, releaseIpList } from './ip-lists.ts';
import type { KeyIndex } from './key-store.ts';

/**
 * Binds all keys of the organization to the addresses at once, whether they are known already or
 * come later; none unbinds them. Only bound organizations take room.
 */
export function putOrganization(index: KeyIndex, organization: KeyOrganization): void {
  const { organizationId, allowedIps } = organization;
  const known = findText(index.organizations, organizationId);
  const bound = index.organizationIpLists.get(known);
  const ipList = acquireIpList(index.ipLists, allowedIps);
  if (bound !== undefined) releaseIpList(index.ipLists, bound);
  // Being bound is one use of the organization's number, so that nobody else gets it meanwhile.
  const id =
    bound === undefined && ipList !== 0 ? acquireText(index.organizations, organizationId) : known;
  if (ipList !== 0) {
    index.organizationIpLists.set(id, ipList);
    return;
  }
  index.organizationIpLists.delete(id);
  if (bound !== undefined) releaseText(index.organizations, id);
}

/** Undefined where the organization of that number takes its keys from anywhere. */
export function organizationRangesOf(
  index: KeyIndex,
  organization: number,
): readonly IpRange[] | undefined {
  const ipList = index.organizationIpLists.get(organization);
  return ipList === undefined ? undefined : rangesOf(index.ipLists, ipList);
}
