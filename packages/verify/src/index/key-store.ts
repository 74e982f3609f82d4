import type { KeyIdentity } from '../key-facts.ts';
import { createPolicyStore, type PolicyStore } from '../policies/policy-store.ts';
import type { ApiScopes } from '../scope-set.ts';
import { type ApiScopeLists, createApiScopeLists } from './api-scope-lists.ts';
import type { ApiScopeNumbers } from './api-scope-numbers.ts';
import { createInternedTexts, type InternedTexts } from './interned-texts.ts';
import { createInternedWords, type InternedWords } from './interned-words.ts';
import { createIpLists, type IpLists } from './ip-lists.ts';
import { createKeyIdTable, type KeyIdTable } from './key-ids.ts';
import { createKeyLabels, type KeyLabels } from './key-labels.ts';
import { createSecretTable, roomFor, type SecretTable } from './secret-table.ts';
import { createTextLists, type TextLists } from './text-lists.ts';

/** How many words identify a holder (key-holders.ts), and terms (key-terms.ts). */
export const HOLDER_WORDS = 2;
export const TERM_WORDS = 5;

/** All keys that a process decides about, in memory. To be used through the functions only. */
export interface KeyIndex {
  readonly secrets: SecretTable;
  readonly labels: KeyLabels;
  /** Finds slots by the id of the key. */
  readonly keyIdTable: KeyIdTable;
  /** By slot; only secrets in a grace period have one. */
  readonly retiresAtMs: Map<number, number>;
  readonly organizations: InternedTexts;
  readonly workspaces: InternedTexts;
  readonly members: InternedTexts;
  readonly roles: InternedTexts;
  readonly holders: InternedWords;
  /** By number of the member, who owns keys through this holder alone. */
  readonly ownerHolders: (number | undefined)[];
  readonly terms: InternedWords;
  /** Of owners. */
  readonly apiScopes: ApiScopeLists;
  /** Of keys. */
  readonly keyApiScopes: ApiScopeNumbers;
  readonly ipLists: IpLists;
  readonly tagLists: TextLists;
  /** By number of the organization; only those that bind their keys to addresses have one. */
  readonly organizationIpLists: Map<number, number>;
  readonly policies: PolicyStore;
  /** By slot, of keys that called last: whose they are, read once. */
  readonly identities: Map<number, KeyIdentity>;
  /** By slot, of keys that called last: which API scopes they have, if any. */
  readonly readApiScopes: Map<number, ApiScopes>;
}

/** @param secretsExpected so many find room from the start: an index that grows moves them */
export function createKeyIndex(secretsExpected = 0): KeyIndex {
  return {
    secrets: createSecretTable(secretsExpected),
    labels: createKeyLabels(roomFor(secretsExpected)),
    keyIdTable: createKeyIdTable(secretsExpected, roomFor(secretsExpected)),
    retiresAtMs: new Map(),
    organizations: createInternedTexts(),
    workspaces: createInternedTexts(),
    members: createInternedTexts(),
    roles: createInternedTexts(),
    holders: createInternedWords(HOLDER_WORDS),
    ownerHolders: [],
    terms: createInternedWords(TERM_WORDS),
    apiScopes: createApiScopeLists(),
    keyApiScopes: [],
    ipLists: createIpLists(),
    tagLists: createTextLists(),
    organizationIpLists: new Map(),
    policies: createPolicyStore(),
    identities: new Map(),
    readApiScopes: new Map(),
  };
}
