import { acquireText, releaseText, textOf } from './interned-texts.ts';
import { acquireIpList, allowedIpsOf, releaseIpList } from './ip-lists.ts';
import type { KeyFacts } from './key-facts.ts';
import { IP_LIST, ORGANIZATION, OWNER, WORKSPACE } from './key-record.ts';
import type { KeyIndex } from './key-store.ts';
import { type Records, readWord, writeWord } from './records.ts';

type LinkFacts = Pick<KeyFacts, 'organizationId' | 'workspaceId' | 'ownerId' | 'allowedIps'>;

/** What a record says by number, since many keys share it. */
interface Links {
  readonly organization: number;
  readonly workspace: number;
  readonly owner: number;
  readonly ipList: number;
}

export function acquireLinks(index: KeyIndex, facts: LinkFacts): Links {
  return {
    organization: acquireText(index.organizations, facts.organizationId),
    workspace: facts.workspaceId === null ? 0 : acquireText(index.workspaces, facts.workspaceId),
    owner: acquireText(index.members, facts.ownerId),
    ipList: acquireIpList(index.ipLists, facts.allowedIps),
  };
}

export function writeLinks(records: Records, slot: number, links: Links): void {
  writeWord(records, slot, ORGANIZATION, links.organization);
  writeWord(records, slot, WORKSPACE, links.workspace);
  writeWord(records, slot, OWNER, links.owner);
  writeWord(records, slot, IP_LIST, links.ipList);
}

export function readLinks(index: KeyIndex, slot: number): LinkFacts {
  const { records } = index;
  const workspace = readWord(records, slot, WORKSPACE);
  return {
    organizationId: textOf(index.organizations, readWord(records, slot, ORGANIZATION)),
    workspaceId: workspace === 0 ? null : textOf(index.workspaces, workspace),
    ownerId: textOf(index.members, readWord(records, slot, OWNER)),
    allowedIps: allowedIpsOf(index.ipLists, readWord(records, slot, IP_LIST)),
  };
}

export function releaseLinks(index: KeyIndex, slot: number): void {
  releaseText(index.organizations, readWord(index.records, slot, ORGANIZATION));
  releaseText(index.workspaces, readWord(index.records, slot, WORKSPACE));
  releaseText(index.members, readWord(index.records, slot, OWNER));
  releaseIpList(index.ipLists, readWord(index.records, slot, IP_LIST));
}
