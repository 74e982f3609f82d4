import { compilePolicies } from './compile-policies.ts';
import { KNOWN_ACTIONS } from './entity-model.ts';
import { type PreparedPolicy, preparePolicy } from './prepare-policy.ts';

/** A policy in force, or one that is only evaluated. */
export interface StoredPolicy {
  readonly policyId: string;
  readonly organizationId: string;
  /** Null where it applies in every workspace of the organization. */
  readonly workspaceId: string | null;
  readonly mode: 'enforce' | 'shadow';
  /** Each statement in Cedar's JSON form. */
  readonly statements: readonly unknown[];
}

/** The statements of policies as compiled, as long as a policy stays the very object. */
export type PreparedPolicies = WeakMap<StoredPolicy, readonly PreparedPolicy[]>;

/** @throws UnsupportedPolicyError */
export function prepareStored(
  prepared: PreparedPolicies,
  policy: StoredPolicy,
): readonly PreparedPolicy[] {
  const steps = prepareSteps(prepared, policy);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/**
 * Compiles the policy, a statement with each step, so that its caller can do something else between.
 * @throws UnsupportedPolicyError
 */
export function* prepareSteps(
  prepared: PreparedPolicies,
  policy: StoredPolicy,
): Generator<undefined, readonly PreparedPolicy[], undefined> {
  const kept = prepared.get(policy);
  if (kept) return kept;
  const made: PreparedPolicy[] = [];
  for (const [id, json] of statementsOf(policy)) {
    made.push(preparePolicy(id, json, KNOWN_ACTIONS));
    yield;
  }
  prepared.set(policy, made);
  return made;
}

/**
 * Makes sure that the policy can be evaluated.
 * @throws UnsupportedPolicyError
 */
export function requireCompiled(policy: Pick<StoredPolicy, 'policyId' | 'statements'>): void {
  compilePolicies(statementsOf(policy));
}

/** Statements by the ids that decisions name them by. */
export function statementsOf({
  policyId,
  statements,
}: Pick<StoredPolicy, 'policyId' | 'statements'>) {
  return statements.map((json, at): [string, unknown] => [`${policyId}/${at}`, json]);
}
