import { acquireText, findText, releaseText } from './interned-texts.ts';
import type { KeyOwner } from './key-facts.ts';
import { ORGANIZATION, OWNER } from './key-record.ts';
import type { KeyIndex, StoredOwner } from './key-store.ts';
import { readWord } from './records.ts';
import { NO_SCOPES, type ScopeSet } from './scope-set.ts';

/** Adds the owner, or changes them for all their keys at once. */
export function putOwner(index: KeyIndex, owner: KeyOwner): void {
  const organization = acquireText(index.organizations, owner.organizationId);
  const known = index.owners[findText(index.members, owner.memberId)];
  if (known) releaseText(index.organizations, known.organization);
  // An owner is one use of the member's number; each of their keys is another.
  const id = known
    ? findText(index.members, owner.memberId)
    : acquireText(index.members, owner.memberId);
  index.owners[id] = { organization, active: owner.active, scopes: owner.scopes };
}

/** Forgets the owner, so that their keys stop. False when they were not known. */
export function removeOwner(index: KeyIndex, memberId: string): boolean {
  const id = findText(index.members, memberId);
  const known = index.owners[id];
  if (!known) return false;
  index.owners[id] = undefined;
  releaseText(index.organizations, known.organization);
  releaseText(index.members, id);
  return true;
}

/** Undefined unless known, active, and in the organization of the key. */
export function activeOwnerOf(index: KeyIndex, slot: number): StoredOwner | undefined {
  const owner = index.owners[readWord(index.records, slot, OWNER)];
  const trusted =
    owner?.active && owner.organization === readWord(index.records, slot, ORGANIZATION);
  return trusted ? owner : undefined;
}

export function activeOwnerScopes(index: KeyIndex, slot: number): ScopeSet {
  return activeOwnerOf(index, slot)?.scopes ?? NO_SCOPES;
}
