import type { ConsideredScopes } from '../scope-needs.ts';
import {
  type CompiledPolicies,
  combinePolicies,
  compilePolicies,
  type KeyPolicies,
} from './compile-policies.ts';
import { KNOWN_ACTIONS } from './entity-model.ts';
import { UnsupportedPolicyError } from './read-json.ts';
import {
  type PreparedPolicies,
  prepareSteps,
  prepareStored,
  type StoredPolicy,
  statementsOf,
} from './stored-policy.ts';

/** What applies in a workspace. Made anew after each change of one of its policies. */
export interface WorkspacePolicies {
  readonly organizationId: string;
  readonly enforced: CompiledPolicies;
  /** Undefined without any. */
  readonly shadow: CompiledPolicies | undefined;
  /** Whether everything is allowed, whichever key calls and however often, and nothing is to be evaluated. */
  readonly allowsAll: boolean;
  /** How many operators and values a key is compiled for. */
  readonly nodes: number;
}

/** What applies to a key in a workspace. */
export interface EvaluatedKey {
  readonly policies: WorkspacePolicies;
  readonly enforced: KeyPolicies;
  readonly shadow: KeyPolicies | undefined;
  /** What the policies in force ask about its scopes; undefined where they ask nothing. */
  readonly considered: ConsideredScopes | undefined;
}

/** Policies of all workspaces that a process decides about. To be used through the functions only. */
export interface PolicyStore {
  readonly policies: Map<string, StoredPolicy>;
  /** Of those that were compiled, so that a change compiles no others. */
  readonly prepared: PreparedPolicies;
  /** By workspace; those that were asked for since they last changed. */
  readonly compiled: Map<string, WorkspacePolicies>;
  /** By slot of the secret. Two generations: what is asked for comes into the younger one. */
  keys: Map<number, EvaluatedKey>;
  olderKeys: Map<number, EvaluatedKey>;
  /** Operators and values that the younger generation was compiled for. */
  weight: number;
  /** Undefined before it is known: policies are evaluated then. */
  use: PolicyUse | undefined;
}

/**
 * Whether calls are decided by policies, or, with keys from a control plane that sends none and lets
 * through only what no policy would refuse, without.
 */
export type PolicyUse = 'evaluate' | 'ignore';

/**
 * How many operators and values a generation of keys is compiled for. Each takes about 100 bytes for
 * each of up to 8 actions, so that a generation takes up to 100 MB, and mostly far less. Further keys
 * are compiled again as they come.
 */
const WEIGHT_MAX = 100_000;
/** What a key takes beside them, in the same unit. */
const KEY_WEIGHT = 10;

export function createPolicyStore(): PolicyStore {
  return {
    policies: new Map(),
    prepared: new WeakMap(),
    compiled: new Map(),
    keys: new Map(),
    olderKeys: new Map(),
    weight: 0,
    use: undefined,
  };
}

/** Inserts the policy, or replaces what is known about it. */
export function putPolicy({ policies: store }: Holder, policy: StoredPolicy): void {
  dropCompiled(store, store.policies.get(policy.policyId));
  store.policies.set(policy.policyId, policy);
  dropCompiled(store, policy);
}

/**
 * Compiles the policy before it is put, a statement with each step: else the first call that it applies
 * to compiles all of it, and no other call is decided meanwhile.
 * @throws UnsupportedPolicyError
 */
export function preparePolicySteps(
  { policies: store }: Holder,
  policy: StoredPolicy,
): Iterable<undefined> {
  return prepareSteps(store.prepared, policy);
}

/** Forgets the policy. False when it was not known. */
export function removePolicy({ policies: store }: Holder, policyId: string): boolean {
  dropCompiled(store, store.policies.get(policyId));
  return store.policies.delete(policyId);
}

/** False where the index is filled for the other use: its keys would be decided by the wrong one. */
export function usePolicies({ policies: store }: Holder, use: PolicyUse): boolean {
  store.use ??= use;
  return store.use === use;
}

interface Holder {
  readonly policies: PolicyStore;
}

/** Policies in force or in shadow mode that apply in the workspace. */
export function policiesIn(
  { policies: store }: Holder,
  organizationId: string,
  workspaceId: string,
): StoredPolicy[] {
  return [...store.policies.values()].filter(
    (each) =>
      each.organizationId === organizationId &&
      (each.workspaceId === null || each.workspaceId === workspaceId),
  );
}

/** The index with these policies in place of its own, which it keeps. */
export function withPolicies<Index extends Holder>(
  index: Index,
  policies: Iterable<StoredPolicy>,
): Index {
  const { prepared } = index.policies;
  const changed = { ...index, policies: { ...createPolicyStore(), prepared } };
  for (const policy of policies) putPolicy(changed, policy);
  return changed;
}

/** @throws UnsupportedPolicyError for policies that were stored without having been compiled */
export function policiesOf(
  store: PolicyStore,
  organizationId: string,
  workspaceId: string,
): WorkspacePolicies {
  const known = store.compiled.get(workspaceId);
  if (known?.organizationId === organizationId) return known;
  const compiled = compileWorkspace(store, organizationId, workspaceId);
  store.compiled.set(workspaceId, compiled);
  return compiled;
}

/** @param compile called where the key is not known, or its policies have changed */
export function evaluatedKey(
  store: PolicyStore,
  policies: WorkspacePolicies,
  slot: number,
  compile: () => EvaluatedKey,
): EvaluatedKey {
  const recent = store.keys.get(slot);
  if (recent?.policies === policies) return recent;
  const older = store.olderKeys.get(slot);
  const key = older?.policies === policies ? older : compile();
  if (store.weight >= WEIGHT_MAX) {
    store.olderKeys = store.keys;
    store.keys = new Map();
    store.weight = 0;
  }
  store.keys.set(slot, key);
  store.weight += policies.nodes + KEY_WEIGHT;
  return key;
}

/** To be called when anything about the key of the slot changes. */
export function forgetKey(store: PolicyStore, slot: number): void {
  store.keys.delete(slot);
  store.olderKeys.delete(slot);
}

/** To be called when an owner changes, and when slots move. */
export function forgetKeys(store: PolicyStore): void {
  store.keys.clear();
  store.olderKeys.clear();
  store.weight = 0;
}

/**
 * Whether the policies allow every call, whichever key it is of and however many. Doubt is no.
 * @param policies that apply to the same workspace
 */
export function permitAll(policies: readonly StoredPolicy[]): boolean {
  try {
    const enforced = policies.filter(({ mode }) => mode === 'enforce');
    return allowsAlways(compilePolicies(enforced.flatMap(statementsOf)));
  } catch (error) {
    if (error instanceof UnsupportedPolicyError) return false;
    throw error;
  }
}

function dropCompiled(store: PolicyStore, policy: StoredPolicy | undefined): void {
  if (!policy) return;
  const { organizationId, workspaceId } = policy;
  if (workspaceId !== null) {
    store.compiled.delete(workspaceId);
    return;
  }
  for (const [id, compiled] of store.compiled) {
    if (compiled.organizationId === organizationId) store.compiled.delete(id);
  }
}

function compileWorkspace(
  store: PolicyStore,
  organizationId: string,
  workspaceId: string,
): WorkspacePolicies {
  const own = policiesIn({ policies: store }, organizationId, workspaceId);
  const combine = (mode: StoredPolicy['mode']) => {
    const policies = own.filter((each) => each.mode === mode);
    return combinePolicies(
      policies.flatMap((policy) => prepareStored(store.prepared, policy)),
      KNOWN_ACTIONS,
    );
  };
  const compiled = combine('enforce');
  const isShadowed = own.some((each) => each.mode === 'shadow' && each.statements.length > 0);
  const inShadow = isShadowed ? combine('shadow') : undefined;
  return {
    organizationId,
    enforced: compiled,
    shadow: inShadow,
    allowsAll: !inShadow && allowsAlways(compiled),
    nodes: compiled.nodes + (inShadow?.nodes ?? 0),
  };
}

function allowsAlways({ fixed }: CompiledPolicies): boolean {
  return fixed?.decision === 'allow' && fixed.limits === undefined;
}
