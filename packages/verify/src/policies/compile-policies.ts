import type { RateLimit } from '../limits/rate-limit.ts';
import { type AskedScopes, joinAsked } from './asked-scopes.ts';
import type { Evaluate } from './code.ts';
import {
  type CompiledPolicy,
  type PreparedCode,
  type PreparedPolicy,
  preparePolicy,
  specialize,
} from './prepare-policy.ts';
import { UnsupportedPolicyError } from './read-json.ts';
import type { Policy } from './read-policy.ts';
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
  /** What the policies ask about the scopes of a key. */
  readonly asked: AskedScopes;
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
  return combinePolicies(
    Array.from(sources, ([id, json]) => preparePolicy(id, json, actions)),
    actions,
  );
}

/**
 * @param actions those that the policies were prepared for
 * @throws UnsupportedPolicyError for two policies with the same id
 */
export function combinePolicies(
  prepared: readonly PreparedPolicy[],
  actions: readonly Entity[],
): CompiledPolicies {
  requireDistinct(prepared);
  const exact = combineCode(
    prepared.map((each) => each.exact),
    actions,
  );
  let folded: CompiledAll | undefined;
  const combineFolded = () => {
    folded ??= combineCode(
      prepared.map((each) => each.folded()),
      actions,
    );
    return folded;
  };
  const isFoldable = prepared.some(({ policy }) => policy.foldsPath);
  const nodes = prepared.reduce((sum, { policy }) => sum + policy.nodes, 0);
  return {
    headers: new Set(prepared.flatMap(({ policy }) => [...policy.headers])),
    asked: joinAsked(prepared.map(({ policy }) => policy.asked)),
    nodes: nodes * (isFoldable ? 2 : 1),
    ...createEvaluator(exact.policies),
    forKey(principal) {
      const { fixed, decide } = createKeyEvaluator(principal, exact);
      let foldedKey: KeyEvaluator | undefined;
      const decideFolded: KeyEvaluator['decide'] = (request) => {
        foldedKey ??= createKeyEvaluator(principal, combineFolded());
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

function combineCode(code: readonly PreparedCode[], actions: readonly Entity[]): CompiledAll {
  const ofAction = (action: Entity) =>
    code.map(({ general, byAction }) => byAction.get(action) ?? general);
  return {
    policies: code.map(({ general }) => general),
    byAction: new Map(actions.map((action) => [action, ofAction(action)])),
  };
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

function requireDistinct(prepared: readonly PreparedPolicy[]): void {
  const ids = new Set<string>();
  for (const { policy } of prepared) {
    const { id } = policy;
    if (ids.has(id)) throw new UnsupportedPolicyError(id, 'another policy has the same id');
    ids.add(id);
  }
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
