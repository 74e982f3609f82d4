import type { Code, Evaluate } from './code.ts';
import { compileExpression } from './compile-expression.ts';
import { UnsupportedPolicyError } from './read-json.ts';
import { type Policy, readPolicy } from './read-policy.ts';
import type { PolicyRequest } from './request.ts';
import type { Entity } from './value.ts';

/** What Cedar answers. The ids are in no order. */
export interface PolicyDecision {
  readonly decision: 'allow' | 'deny';
  /** Ids of the policies that led to the decision; none where nothing permits. */
  readonly determining: readonly string[];
  /** Ids of the policies whose conditions erred, and which therefore did not count. */
  readonly erring: readonly string[];
}

export interface CompiledPolicies {
  /** Names of the headers that the policies ask for: `x-team` of `context.headers["x-team"]`. */
  readonly headers: ReadonlySet<string>;
  readonly decide: (request: PolicyRequest) => PolicyDecision;
  /**
   * For requests of one key: conditions that depend on the key alone are evaluated here, once.
   * What is known of the principal must not change as long as the answer is used.
   */
  readonly forKey: (principal: Entity) => KeyPolicies;
}

export interface KeyPolicies {
  readonly decide: (request: Omit<PolicyRequest, 'principal'>) => PolicyDecision;
  /** What is decided about every request of the key, where no request can change it. */
  readonly fixed: PolicyDecision | undefined;
}

/**
 * Compiles policies in Cedar's JSON form, by their ids.
 * @throws UnsupportedPolicyError for the first that cannot be compiled
 */
export function compilePolicies(
  sources: Iterable<readonly [id: string, json: unknown]>,
): CompiledPolicies {
  const policies = new Map<string, GenericPolicy>();
  for (const [id, json] of sources) {
    if (policies.has(id)) throw new UnsupportedPolicyError(id, 'another policy has the same id');
    const policy = readPolicy(id, json);
    policies.set(id, { policy, code: compileExpression(policy.condition, undefined) });
  }
  const generic = [...policies.values()];
  const evaluator = createEvaluator(generic);
  return {
    headers: new Set(generic.flatMap(({ policy }) => [...policy.headers])),
    decide: evaluator.decide,
    forKey: (principal) => {
      const { decide, fixed } = createEvaluator(generic.map((each) => specialize(each, principal)));
      return {
        fixed,
        decide: ({ action, resource, context, entities }) =>
          fixed ?? decide({ principal, action, resource, context, entities }),
      };
    },
  };
}

/** A policy with its condition, compiled for all principals or for one. */
interface GenericPolicy {
  readonly policy: Policy;
  readonly code: Code;
}

function specialize({ policy, code }: GenericPolicy, principal: Entity): GenericPolicy {
  if (code.known || !policy.usesPrincipal) return { policy, code };
  return { policy, code: compileExpression(policy.condition, principal) };
}

function createEvaluator(policies: readonly GenericPolicy[]) {
  const known: Outcome = { permits: [], forbids: [], erring: [] };
  const rest: { readonly policy: Policy; readonly evaluate: Evaluate }[] = [];
  for (const { policy, code } of policies) {
    if (code.known) addOutcome(known, policy, code.value);
    else rest.push({ policy, evaluate: code.evaluate });
  }
  const decision = conclude(known);
  const decide = (request: PolicyRequest): PolicyDecision => {
    let outcome: Outcome | undefined;
    for (const { policy, evaluate } of rest) {
      const value = evaluate(request);
      if (value === false) continue;
      outcome ??= copyOf(known);
      addOutcome(outcome, policy, value);
    }
    return outcome ? conclude(outcome) : decision;
  };
  return { decide, fixed: rest.length === 0 ? decision : undefined };
}

interface Outcome {
  readonly permits: string[];
  readonly forbids: string[];
  readonly erring: string[];
}

function copyOf({ permits, forbids, erring }: Outcome): Outcome {
  return { permits: [...permits], forbids: [...forbids], erring: [...erring] };
}

function addOutcome(outcome: Outcome, { id, effect }: Policy, value: unknown): void {
  if (value === false) return;
  if (value !== true) outcome.erring.push(id);
  else if (effect === 'permit') outcome.permits.push(id);
  else outcome.forbids.push(id);
}

/** A forbid wins over every permit, and without a permit nothing is allowed. */
function conclude({ permits, forbids, erring }: Outcome): PolicyDecision {
  if (forbids.length > 0) return { decision: 'deny', determining: forbids, erring };
  return { decision: permits.length > 0 ? 'allow' : 'deny', determining: permits, erring };
}
