import { PROFILES, type Profile } from '@tollkeeper/contract';
import type { KeyFacts } from '../key-facts.ts';
import type { ScopeSet } from '../scope-set.ts';
import { acquireText, releaseText } from './interned-texts.ts';
import { acquireWords, releaseWords } from './interned-words.ts';
import { acquireIpList, releaseIpList } from './ip-lists.ts';
import { apiScopesOfKey } from './key-api-scopes.ts';
import { readWord as readKeyWord, TERMS } from './key-record.ts';
import { type KeyIndex, TERM_WORDS } from './key-store.ts';
import { readWord } from './records.ts';
import { acquireTextList, releaseTextList, textListOf } from './text-lists.ts';

/** What a key may do and where, as words that many keys share. */
export const WORKSPACE = 0;
export const IP_LIST = 1;
export const TERM_SCOPES_LOW = 2;
export const TERM_SCOPES_HIGH = 3;
/** Number of the list of tags, and below it the place of the profile among PROFILES. */
const TAGS_AND_PROFILE = 4;
const PROFILE_BITS = 2;
const PROFILE_MASK = (1 << PROFILE_BITS) - 1;

const scratch = new Int32Array(TERM_WORDS);

type TermFacts = Pick<KeyFacts, 'workspaceId' | 'allowedIps' | 'scopes' | 'tags' | 'profile'>;

/** Number of the terms, with one use more. */
export function acquireTerms(index: KeyIndex, facts: TermFacts): number {
  const { workspaceId, allowedIps, scopes, tags, profile } = facts;
  scratch[WORKSPACE] = workspaceId === null ? 0 : acquireText(index.workspaces, workspaceId);
  scratch[IP_LIST] = acquireIpList(index.ipLists, allowedIps);
  scratch[TERM_SCOPES_LOW] = scopes.low;
  scratch[TERM_SCOPES_HIGH] = scopes.high;
  const tagList = acquireTextList(index.tagLists, tags);
  scratch[TAGS_AND_PROFILE] = (tagList << PROFILE_BITS) | PROFILES.indexOf(profile);
  return acquireWords(index.terms, scratch);
}

export function releaseTerms(index: KeyIndex, terms: number): void {
  releaseText(index.workspaces, workspaceOf(index, terms));
  releaseIpList(index.ipLists, ipListOf(index, terms));
  releaseTextList(index.tagLists, tagListOf(index, terms));
  releaseWords(index.terms, terms);
}

export function termsOf(index: KeyIndex, slot: number): number {
  return readKeyWord(index, slot, TERMS);
}

/** Number of the workspace that the key is confined to, or 0. */
export function workspaceOf(index: KeyIndex, terms: number): number {
  return readWord(index.terms.records, terms, WORKSPACE);
}

/** Number of the list of allowed addresses, or 0. */
export function ipListOf(index: KeyIndex, terms: number): number {
  return readWord(index.terms.records, terms, IP_LIST);
}

/** The scopes of the key, whether or not its owner holds them. */
export function keyScopes(index: KeyIndex, slot: number): ScopeSet {
  const terms = termsOf(index, slot);
  return {
    low: readWord(index.terms.records, terms, TERM_SCOPES_LOW),
    high: readWord(index.terms.records, terms, TERM_SCOPES_HIGH),
    api: apiScopesOfKey(index, slot),
  };
}

export function tagsOf(index: KeyIndex, terms: number): readonly string[] {
  return textListOf(index.tagLists, tagListOf(index, terms));
}

export function profileOf(index: KeyIndex, terms: number): Profile {
  const place = readWord(index.terms.records, terms, TAGS_AND_PROFILE) & PROFILE_MASK;
  return PROFILES[place] ?? 'custom';
}

function tagListOf(index: KeyIndex, terms: number): number {
  return readWord(index.terms.records, terms, TAGS_AND_PROFILE) >>> PROFILE_BITS;
}
