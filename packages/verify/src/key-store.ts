import { createHashTable, type HashTable } from './hash-table.ts';
import { createInternedTexts, type InternedTexts } from './interned-texts.ts';
import { createIpLists, type IpLists } from './ip-lists.ts';
import { createKeyIdTable, type KeyIdTable } from './key-ids.ts';
import { createKeyLabels, type KeyLabels } from './key-labels.ts';
import { createRecords, type Records } from './records.ts';
import type { ScopeSet } from './scope-set.ts';

/** All keys that a process decides about, in memory. To be used through the functions only. */
export interface KeyIndex {
  readonly table: HashTable;
  readonly records: Records;
  readonly labels: KeyLabels;
  /** Finds slots by the id of the key. */
  readonly keyIdTable: KeyIdTable;
  /** By slot; only secrets in a grace period have one. */
  readonly retiresAtMs: Map<number, number>;
  readonly organizations: InternedTexts;
  readonly workspaces: InternedTexts;
  readonly members: InternedTexts;
  /** By number of the member. */
  readonly owners: (StoredOwner | undefined)[];
  readonly ipLists: IpLists;
  /** By number of the organization; only those that bind their keys to addresses have one. */
  readonly organizationIpLists: Map<number, number>;
}

export interface StoredOwner {
  readonly organization: number;
  readonly active: boolean;
  readonly scopes: ScopeSet;
}

export function createKeyIndex(): KeyIndex {
  return {
    table: createHashTable(),
    records: createRecords(),
    labels: createKeyLabels(),
    keyIdTable: createKeyIdTable(),
    retiresAtMs: new Map(),
    organizations: createInternedTexts(),
    workspaces: createInternedTexts(),
    members: createInternedTexts(),
    owners: [],
    ipLists: createIpLists(),
    organizationIpLists: new Map(),
  };
}
