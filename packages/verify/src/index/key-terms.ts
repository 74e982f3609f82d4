import type { KeyFacts } from '../key-facts.ts';
import type { ScopeSet } from '../scope-set.ts';
import { acquireApiScopes, apiScopesOf, releaseApiScopes } from './api-scope-lists.ts';
import { acquireText, releaseText } from './interned-texts.ts';
import { acquireWords, releaseWords } from './interned-words.ts';
import { acquireIpList, releaseIpList } from './ip-lists.ts';
import { readWord as readKeyWord, TERMS } from './key-record.ts';
import { type KeyIndex, TERM_WORDS } from './key-store.ts';
import { readWord } from './records.ts';

/** What a key may do and where, as five words that many keys share. */
export const WORKSPACE = 0;
export const IP_LIST = 1;
export const TERM_SCOPES_LOW = 2;
export const TERM_SCOPES_HIGH = 3;
/** Number of the set of API scopes. */
export const TERM_API_SCOPES = 4;

const scratch = new Int32Array(TERM_WORDS);

type TermFacts = Pick<KeyFacts, 'workspaceId' | 'allowedIps' | 'scopes'>;

/** Number of the terms, with one use more. */
export function acquireTerms(index: KeyIndex, facts: TermFacts): number {
  const { workspaceId, allowedIps, scopes } = facts;
  scratch[WORKSPACE] = workspaceId === null ? 0 : acquireText(index.workspaces, workspaceId);
  scratch[IP_LIST] = acquireIpList(index.ipLists, allowedIps);
  scratch[TERM_SCOPES_LOW] = scopes.low;
  scratch[TERM_SCOPES_HIGH] = scopes.high;
  scratch[TERM_API_SCOPES] = acquireApiScopes(index.apiScopes, scopes.api);
  return acquireWords(index.terms, scratch);
}

export function releaseTerms(index: KeyIndex, terms: number): void {
  releaseText(index.workspaces, workspaceOf(index, terms));
  releaseIpList(index.ipLists, ipListOf(index, terms));
  releaseApiScopes(index.apiScopes, readWord(index.terms.records, terms, TERM_API_SCOPES));
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

export function termScopes(index: KeyIndex, terms: number): ScopeSet {
  return {
    low: readWord(index.terms.records, terms, TERM_SCOPES_LOW),
    high: readWord(index.terms.records, terms, TERM_SCOPES_HIGH),
    api: apiScopesOf(index.apiScopes, readWord(index.terms.records, terms, TERM_API_SCOPES)),
  };
}
