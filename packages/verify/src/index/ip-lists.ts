import { type IpRange, parseIpRange } from '../ip-range.ts';
import {
  acquireText,
  createInternedTexts,
  type InternedTexts,
  releaseText,
} from './interned-texts.ts';

/** Lists of allowed addresses, each held and parsed once however many keys share it. */
export interface IpLists {
  readonly interned: InternedTexts;
  /** By number of the list. */
  readonly lists: (IpList | undefined)[];
}

interface IpList {
  readonly allowedIps: readonly string[];
  readonly ranges: readonly IpRange[];
}

export function createIpLists(): IpLists {
  return { interned: createInternedTexts(), lists: [] };
}

/** The number of the list, with one use more; 0 for the empty list. */
export function acquireIpList(ipLists: IpLists, allowedIps: readonly string[]): number {
  if (allowedIps.length === 0) return 0;
  const id = acquireText(ipLists.interned, JSON.stringify(allowedIps));
  ipLists.lists[id] ??= {
    allowedIps: [...allowedIps],
    ranges: allowedIps.map(parseIpRange).filter((range) => range !== undefined),
  };
  return id;
}

export function releaseIpList(ipLists: IpLists, id: number): void {
  if (releaseText(ipLists.interned, id)) ipLists.lists[id] = undefined;
}

export function allowedIpsOf(ipLists: IpLists, id: number): readonly string[] {
  return ipLists.lists[id]?.allowedIps ?? [];
}

/** The ranges that parsed: an entry that did not admits no address. */
export function rangesOf(ipLists: IpLists, id: number): readonly IpRange[] {
  return ipLists.lists[id]?.ranges ?? [];
}
