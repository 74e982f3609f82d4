import type { KeyOwner } from '../key-facts.ts';
import { forgetKeys } from '../policies/policy-store.ts';
import { NO_SCOPES, type ScopeSet } from '../scope-set.ts';
import { acquireApiScopes, apiScopesOf, releaseApiScopes } from './api-scope-lists.ts';
import { acquireText, findText, releaseText, textOf } from './interned-texts.ts';
import { acquireWords, releaseWords } from './interned-words.ts';
import { HOLDER, readWord as readKeyWord } from './key-record.ts';
import { HOLDER_WORDS, type KeyIndex } from './key-store.ts';
import { readWord, writeWord } from './records.ts';

/**
 * A holder is a member within an organization: what a key names as its owner. Its words are the
 * numbers of both, then whether the member is an active owner there, and with which scopes. So a
 * key whose owner is of another organization has a holder that is never active.
 */
const MEMBER = 0;
export const ORGANIZATION = 1;
/** 1, or 0. Stands behind the number of uses. */
export const OWNER_ACTIVE = HOLDER_WORDS + 1;
/** Zeros while the owner is not active. */
export const HOLDER_SCOPES_LOW = HOLDER_WORDS + 2;
export const HOLDER_SCOPES_HIGH = HOLDER_WORDS + 3;
/** Number of the set of API scopes. */
export const HOLDER_API_SCOPES = HOLDER_WORDS + 4;
/** Number of the role, or 0. */
const ROLE = HOLDER_WORDS + 5;

const scratch = new Int32Array(HOLDER_WORDS);

/** Adds the owner, or changes them for all their keys at once. */
export function putOwner(index: KeyIndex, owner: KeyOwner): void {
  // Acquired first: the organization's last use may be that of the owner who is about to go.
  const holder = acquireHolder(index, owner.memberId, owner.organizationId);
  const member = memberOf(index, holder);
  dropOwner(index, member);
  index.ownerHolders[member] = holder;
  writeAuthority(index, holder, owner.active, owner.scopes);
  writeWord(index.holders.records, holder, ROLE, acquireText(index.roles, owner.roleId));
}

/** Forgets the owner, so that their keys stop. False when they were not known. */
export function removeOwner(index: KeyIndex, memberId: string): boolean {
  return dropOwner(index, findText(index.members, memberId));
}

/** Number of the holder, with one use more. */
export function acquireHolder(index: KeyIndex, memberId: string, organizationId: string): number {
  scratch[MEMBER] = acquireText(index.members, memberId);
  scratch[ORGANIZATION] = acquireText(index.organizations, organizationId);
  return acquireWords(index.holders, scratch);
}

export function releaseHolder(index: KeyIndex, holder: number): void {
  releaseText(index.members, memberOf(index, holder));
  releaseText(index.organizations, organizationOf(index, holder));
  releaseWords(index.holders, holder);
}

export function holderOf(index: KeyIndex, slot: number): number {
  return readKeyWord(index, slot, HOLDER);
}

export function memberOf(index: KeyIndex, holder: number): number {
  return readWord(index.holders.records, holder, MEMBER);
}

export function organizationOf(index: KeyIndex, holder: number): number {
  return readWord(index.holders.records, holder, ORGANIZATION);
}

/** None while the owner is not active. */
export function holderScopes(index: KeyIndex, holder: number): ScopeSet {
  return {
    low: readWord(index.holders.records, holder, HOLDER_SCOPES_LOW),
    high: readWord(index.holders.records, holder, HOLDER_SCOPES_HIGH),
    api: apiScopesOf(index.apiScopes, readWord(index.holders.records, holder, HOLDER_API_SCOPES)),
  };
}

export function roleOf(index: KeyIndex, holder: number): string {
  return textOf(index.roles, readWord(index.holders.records, holder, ROLE));
}

function dropOwner(index: KeyIndex, member: number): boolean {
  const holder = index.ownerHolders[member];
  if (holder === undefined) return false;
  index.ownerHolders[member] = undefined;
  writeAuthority(index, holder, false, NO_SCOPES);
  releaseText(index.roles, readWord(index.holders.records, holder, ROLE));
  writeWord(index.holders.records, holder, ROLE, 0);
  forgetKeys(index.policies);
  releaseHolder(index, holder);
  return true;
}

function writeAuthority(index: KeyIndex, holder: number, active: boolean, scopes: ScopeSet): void {
  const { records } = index.holders;
  const { low, high, api } = active ? scopes : NO_SCOPES;
  // Acquired before the old one is released, so that what both share is not built anew.
  const apiScopes = acquireApiScopes(index.apiScopes, api);
  releaseApiScopes(index.apiScopes, readWord(records, holder, HOLDER_API_SCOPES));
  writeWord(records, holder, OWNER_ACTIVE, active ? 1 : 0);
  writeWord(records, holder, HOLDER_SCOPES_LOW, low);
  writeWord(records, holder, HOLDER_SCOPES_HIGH, high);
  writeWord(records, holder, HOLDER_API_SCOPES, apiScopes);
}
