import { setImmediate } from 'node:timers/promises';
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
  preparePolicySteps,
  putKey,
  putOrganization,
  putOwner,
  putPolicy,
  removeKey,
  removeOwner,
  removePolicy,
  type ScopeSet,
  type StoredPolicy,
  scopeSet,
  union,
  usePolicies,
} from '@tollkeeper/verify';
import { asPartError, checkedPolicies } from './require-part.ts';

/**
 * Puts all entries of the part into the index, or none: it is checked to its end before. Reads it
 * twice, since a million entries held between would take their memory for good.
 * @param organizationId of the gateway; keys and owners become that organization's
 * @throws PartError
 */
export function applyPart(index: KeyIndex, organizationId: string, part: Uint8Array): void {
  const steps = applySteps(index, organizationId, part);
  while (!steps.next().done);
}

/** `applyPart`, which serves other requests between one statement of a policy and the next. */
export async function applyPartInSteps(
  index: KeyIndex,
  organizationId: string,
  part: Uint8Array,
): Promise<void> {
  for (const _step of applySteps(index, organizationId, part)) await setImmediate();
}

/** Nothing is put before the last step. */
function* applySteps(
  index: KeyIndex,
  organizationId: string,
  part: Uint8Array,
): Generator<undefined, void, undefined> {
  const policies: StoredPolicy[] = [];
  for (const policy of checkedPolicies(organizationId, part)) {
    // Only those of this workspace and its organization are sent: they apply to all that is decided.
    const stored = { ...policy, organizationId, workspaceId: null };
    const steps = preparePolicySteps(index, stored)[Symbol.iterator]();
    while (!asPartError(policy, () => steps.next()).done) yield;
    policies.push(stored);
  }
  const format = partFormat(part);
  if (format !== undefined && !usePolicies(index, format === 1 ? 'ignore' : 'evaluate')) {
    throw new PartError('malformed', `A part of format ${format} came among others`);
  }
  const sets = new Map<readonly Scope[], ScopeSet>();
  readEntries(part, (entry) => applyEntry(index, organizationId, entry, { sets, policies }));
}

interface Applying {
  /** Of the lists that entries share, each built once. */
  readonly sets: Map<readonly Scope[], ScopeSet>;
  /** Those of the part that are still to be put, compiled. */
  readonly policies: StoredPolicy[];
}

function applyEntry(
  index: KeyIndex,
  organizationId: string,
  entry: Entry,
  { sets, policies }: Applying,
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
      putNext(index, policies);
      break;
    case 'policy-removed':
      removePolicy(index, entry.policyId);
      break;
  }
}

/** In the order in which the part names them. */
function putNext(index: KeyIndex, policies: StoredPolicy[]): void {
  const policy = policies.shift();
  if (policy) putPolicy(index, policy);
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
