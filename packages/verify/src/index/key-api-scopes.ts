import { type ApiScopes, NO_API_SCOPES } from '../scope-set.ts';
import {
  includesNumbered,
  numberedApiScopes,
  releaseApiScopeNumbers,
} from './api-scope-numbers.ts';
import { holderOf, organizationOf } from './key-holders.ts';
import { readApiScopeNumbers } from './key-labels.ts';
import type { KeyIndex } from './key-store.ts';
import { createPackedNumbers } from './packed-numbers.ts';

/** So many keys that called last are remembered; a million would be as many objects. */
const READ_MAX = 4096;

/** Read and used in one go, so that one serves all keys. */
const scratch = createPackedNumbers();

/** The API scopes of the key, whether or not its owner holds them. */
export function apiScopesOfKey(index: KeyIndex, slot: number): ApiScopes {
  if (!readApiScopeNumbers(index.labels, slot, scratch)) return NO_API_SCOPES;
  const known = index.readApiScopes.get(slot);
  if (known) return known;
  const organization = organizationOf(index, holderOf(index, slot));
  const scopes = numberedApiScopes(index.keyApiScopes, organization, scratch);
  if (index.readApiScopes.size >= READ_MAX) index.readApiScopes.clear();
  index.readApiScopes.set(slot, scopes);
  return scopes;
}

/** Whether the key has all that are required, whether or not its owner holds them. */
export function keyHasApiScopes(
  index: KeyIndex,
  slot: number,
  organization: number,
  required: ApiScopes,
): boolean {
  if (required !== 'all' && required.size === 0) return true;
  if (!readApiScopeNumbers(index.labels, slot, scratch)) return false;
  return includesNumbered(index.keyApiScopes, organization, scratch, required);
}

/** To be called before the labels and the holder of the slot are released. */
export function releaseKeyApiScopes(index: KeyIndex, slot: number): void {
  if (!readApiScopeNumbers(index.labels, slot, scratch)) return;
  const organization = organizationOf(index, holderOf(index, slot));
  releaseApiScopeNumbers(index.keyApiScopes, organization, scratch);
}
