import type { Scope } from '@tollkeeper/contract';
import {
  type KeyIndex,
  putKey,
  putOrganization,
  putOwner,
  removeKey,
  removeOwner,
  type ScopeSet,
  scopeSet,
} from '@tollkeeper/verify';
import { decodePart } from './decode-part.ts';
import type { Entry } from './entry.ts';
import { PartError } from './part-format.ts';

/**
 * Puts all entries of the part into the index, or none: it is checked to its end before.
 * @param organizationId of the gateway; keys and owners become that organization's
 * @throws PartError
 */
export function applyPart(index: KeyIndex, organizationId: string, part: Uint8Array): void {
  const entries = checkPart(organizationId, part);
  const sets = new Map<readonly Scope[], ScopeSet>();
  for (const entry of entries) applyEntry(index, organizationId, entry, sets);
}

/** What applying it would throw. @returns the entries @throws PartError */
export function checkPart(organizationId: string, part: Uint8Array): Entry[] {
  const entries = decodePart(part);
  for (const entry of entries) {
    if (entry.type === 'organization' && entry.organizationId !== organizationId) {
      throw new PartError('foreign', 'The part is about another organization');
    }
  }
  return entries;
}

/** @param sets of the lists that entries share, each built once */
function applyEntry(
  index: KeyIndex,
  organizationId: string,
  entry: Entry,
  sets: Map<readonly Scope[], ScopeSet>,
): void {
  switch (entry.type) {
    case 'organization':
      putOrganization(index, entry);
      break;
    case 'owner':
      putOwner(index, { ...entry, organizationId, scopes: setOf(sets, entry.scopes) });
      break;
    case 'owner-removed':
      removeOwner(index, entry.memberId);
      break;
    case 'key':
      putKey(index, { ...entry, organizationId, scopes: setOf(sets, entry.scopes) });
      break;
    case 'key-removed':
      removeKey(index, entry.keyId);
      break;
  }
}

function setOf(sets: Map<readonly Scope[], ScopeSet>, names: readonly Scope[]): ScopeSet {
  const known = sets.get(names);
  if (known) return known;
  const set = scopeSet(names);
  sets.set(names, set);
  return set;
}
