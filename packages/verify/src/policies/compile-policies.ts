import type { RateLimit } from '../limits/rate-limit.ts';
import type { Code, Evaluate } from './code.ts';
import { compileExpression, type Known } from './compile-expression.ts';
import { UnsupportedPolicyError } from './read-json.ts';
import { type Policy, readPolicy } from './read-policy.ts';
import type { PolicyRequest } from './request.ts';
import type { Entity } from './value.ts';

/** What Cedar answers, and the limits of what permits. The ids are in no order. */
export interface PolicyDecision {
  readonly decision: 'allow' | 'deny';
  /** Ids of the policies that led to the decision; none where nothing permits. */
  readonly determining: readonly string[];
  /** Ids of the policies whose conditions erred, and which therefore did not count. */
  readonly erring: readonly string[];
  /** Of all policies that permit the call; only where there are any. */
  readonly limits?: readonly RateLimit[];
}

export interface CompiledPolicies {
  /** Names of the headers that the policies ask for: `x-team` of `context.headers["x-team"]`. */
  readonly headers: ReadonlySet<string>;
  readonly decide: (request: PolicyRequest) => PolicyDecision;
  /** What is decided about every request, where no request can change it. */
  readonly fixed: PolicyDecision | undefined;
  /** Operators and values of the conditions: what compiling them for a key takes, and keeps. */
  readonly nodes: number;
  /**
   * For requests of one key: conditions that depend on the key alone, or on the key and one of the
   * actions, are evaluated once. What is known of the principal must not change meanwhile.
   */
  readonly forKey: (principal: Entity) => KeyPolicies;
}

export interface KeyPolicies {
  readonly decide: (request: Omit<PolicyRequest, 'principal'>) => PolicyDecision;
  /** With `context.path` compared in lower case, for a request that has it so. */
  readonly decideFolded: (request: Omit<PolicyRequest, 'principal'>) => PolicyDecision;
  /** What is decided about every request of the key, where no request can change it. */
  readonly fixed: PolicyDecision | undefined;
}

/**
 * Compiles policies in Cedar's JSON form, by their ids.
 * @param actions that requests will have, as the very objects: their conditions are evaluated once
 * @throws UnsupportedPolicyError for the first policy that cannot be compiled
 */
export function compilePolicies(
  sources: Iterable<readonly [id: string, json: unknown]>,
  actions: readonly Entity[] = [],
): CompiledPolicies {
  const read = readPolicies(sources);
  const exact = compileAll(read, actions, {});
  let folded: CompiledAll | undefined;
  const compileFolded = () => {
    folded ??= compileAll(read, actions, { isPathFolded: true });
    return folded;
  };
  const isFoldable = read.some(({ foldsPath }) => foldsPath);
  return {
    headers: new Set(read.flatMap(({ headers }) => [...headers])),
    nodes: read.reduce((sum, { nodes }) => sum + nodes, 0) * (isFoldable ? 2 : 1),
    ...createEvaluator(exact.policies),
    forKey(principal) {
      const { fixed, decide } = createKeyEvaluator(principal, exact);
      let foldedKey: KeyEvaluator | undefined;
      const decideFolded: KeyEvaluator['decide'] = (request) => {
        foldedKey ??= createKeyEvaluator(principal, compileFolded());
        return foldedKey.decide(request);
      };
      return { fixed, decide, decideFolded: isFoldable ? decideFolded : decide };
    },
  };
}

/** Policies as compiled for all requests, and for those with each of the given actions. */
interface CompiledAll {
  readonly policies: readonly CompiledPolicy[];
  readonly byAction: ReadonlyMap<Entity, readonly CompiledPolicy[]>;
}

function compileAll(
  read: readonly Policy[],
  actions: readonly Entity[],
  known: Known,
): CompiledAll {
  const policies = read.map((policy) => compilePolicy(policy, known));
  const byAction = new Map(
    actions.map((action) => [action, policies.map((each) => specialize(each, { action }))]),
  );
  return { policies, byAction };
}

type KeyEvaluator = Omit<KeyPolicies, 'decideFolded'>;

function createKeyEvaluator(principal: Entity, { policies, byAction }: CompiledAll): KeyEvaluator {
  const general = createEvaluator(policies.map((each) => specialize(each, { principal })));
  const evaluators = new Map<Entity, Evaluator>();
  const evaluatorFor = (action: Entity): Evaluator => {
    const existing = evaluators.get(action);
    if (existing) return existing;
    const ofAction = byAction.get(action);
    if (!ofAction) return general;
    const known = { principal, action };
    const evaluator = createEvaluator(ofAction.map((each) => specialize(each, known)));
    evaluators.set(action, evaluator);
    return evaluator;
  };
  const { fixed } = general;
  return {
    fixed,
    decide: ({ action, resource, context, entities, foldedPath }) =>
      fixed ??
      evaluatorFor(action).decide({ principal, action, resource, context, entities, foldedPath }),
  };
}

function readPolicies(sources: Iterable<readonly [id: string, json: unknown]>): Policy[] {
  const policies = new Map<string, Policy>();
  for (const [id, json] of sources) {
    if (policies.has(id)) throw new UnsupportedPolicyError(id, 'another policy has the same id');
    policies.set(id, readPolicy(id, json));
  }
  return [...policies.values()];
}

/** A policy with its condition, compiled for all requests or for some. */
interface CompiledPolicy {
  readonly policy: Policy;
  readonly known: Known;
  readonly code: Code;
}

function compilePolicy(policy: Policy, known: Known): CompiledPolicy {
  return { policy, known, code: compileExpression(policy.condition, known) };
}

/** The same where what is known now changes nothing. */
function specialize(compiled: CompiledPolicy, known: Known): CompiledPolicy {
  const { policy, code } = compiled;
  const isUsed = (known.principal && policy.usesPrincipal) || (known.action && policy.usesAction);
  return code.known || !isUsed ? compiled : compilePolicy(policy, { ...compiled.known, ...known });
}

interface Evaluator {
  readonly decide: (request: PolicyRequest) => PolicyDecision;
  readonly fixed: PolicyDecision | undefined;
}

function createEvaluator(policies: readonly CompiledPolicy[]): Evaluator {
  const known: Outcome = { permits: [], forbids: [], erring: [], limits: [] };
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
  limits: readonly RateLimit[];
}

function copyOf({ permits, forbids, erring, limits }: Outcome): Outcome {
  return { permits: [...permits], forbids: [...forbids], erring: [...erring], limits };
}

function addOutcome(outcome: Outcome, { id, effect, limits }: Policy, value: unknown): void {
  if (value === false) return;
  if (value !== true) outcome.erring.push(id);
  else if (effect === 'permit') {
    outcome.permits.push(id);
    if (limits.length > 0) outcome.limits = [...outcome.limits, ...limits];
  } else outcome.forbids.push(id);
}

/** A forbid wins over every permit, and without a permit nothing is allowed. */
function conclude({ permits, forbids, erring, limits }: Outcome): PolicyDecision {
  if (forbids.length > 0) return { decision: 'deny', determining: forbids, erring };
  if (limits.length > 0) return { decision: 'allow', determining: permits, erring, limits };
  return { decision: permits.length > 0 ? 'allow' : 'deny', determining: permits, erring };
}
