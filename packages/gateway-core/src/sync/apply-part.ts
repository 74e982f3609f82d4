import type { Scope } from '@tollkeeper/contract';
import {
  type Entry,
  type OwnerEntry,
  PartError,
  partFormat,
  readEntries,
} from '@tollkeeper/protocol';
import {
  ALL_API_SCOPES,
  type KeyIndex,
  putKey,
  putOrganization,
  putOwner,
  putPolicy,
  removeKey,
  removeOwner,
  removePolicy,
  type ScopeSet,
  scopeSet,
  union,
  usePolicies,
} from '@tollkeeper/verify';
import { requirePart } from './require-part.ts';

/**
 * Puts all entries of the part into the index, or none: it is checked to its end before. Reads it
 * twice, since a million entries held between would take their memory for good.
 * @param organizationId of the gateway; keys and owners become that organization's
 * @throws PartError
 */
export function applyPart(index: KeyIndex, organizationId: string, part: Uint8Array): void {
  requirePart(organizationId, part);
  const format = partFormat(part);
  if (format !== undefined && !usePolicies(index, format === 1 ? 'ignore' : 'evaluate')) {
    throw new PartError('malformed', `A part of format ${format} came among others`);
  }
  const sets = new Map<readonly Scope[], ScopeSet>();
  readEntries(part, (entry) => applyEntry(index, organizationId, entry, sets));
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
      putOwner(index, { ...entry, organizationId, scopes: ownerScopes(sets, entry) });
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
    case 'policy':
      // Only those of this workspace and its organization are sent: they apply to all that is decided.
      putPolicy(index, { ...entry, organizationId, workspaceId: null });
      break;
    case 'policy-removed':
      removePolicy(index, entry.policyId);
      break;
  }
}

function ownerScopes(
  sets: Map<readonly Scope[], ScopeSet>,
  { scopes, allApiScopes }: OwnerEntry,
): ScopeSet {
  const named = setOf(sets, scopes);
  return allApiScopes ? union(named, ALL_API_SCOPES) : named;
}

function setOf(sets: Map<readonly Scope[], ScopeSet>, names: readonly Scope[]): ScopeSet {
  const known = sets.get(names);
  if (known) return known;
  const set = scopeSet(names);
  sets.set(names, set);
  return set;
}
