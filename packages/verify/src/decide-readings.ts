import type { RateLimit } from './limits/rate-limit.ts';
import type { KeyPolicies, PolicyDecision } from './policies/compile-policies.ts';
import type { FoldedPath, PolicyRequest } from './policies/request.ts';

/**
 * The path as readers may take it, other than as it was sent. The policies must allow each of them: they
 * decide about what the upstream answers with, which may be any.
 */
export interface PathReadings {
  /** With its letters as they were sent. */
  readonly exact: readonly string[];
  /** In lower case, as readers take it that do not tell apart upper and lower case. */
  readonly folded: readonly string[];
}

type Reading = Omit<PolicyRequest, 'principal'>;

/** Where policies name upper-case letters, a path without any may be one of theirs to some reader. */
export function foldedPaths(
  { decide, decideFolded }: KeyPolicies,
  path: string,
  { folded }: PathReadings,
) {
  return folded.length === 0 && decide !== decideFolded ? [path] : folded;
}

/** The folded path where it is all that differs, to be compared in one go with the one that was sent. */
export function onlyFolded(
  paths: PathReadings | undefined,
  folded: readonly string[],
): FoldedPath | undefined {
  const [path, ...more] = folded;
  if (path === undefined || more.length > 0 || paths?.exact.length !== 0) return undefined;
  return { path, mayDiffer: false };
}

type RequestFor = (path: string, method: string) => Reading;

interface Readings extends PathReadings {
  /** The one that was sent, and others that a server may take in its place. */
  readonly methods: readonly string[];
  /** What is decided about the path and the method that were sent: the first of each. */
  readonly sent: PolicyDecision;
}

/**
 * What is decided about all readings of a call: what refuses one of them, or `unlike` where nothing
 * permits another reading of its path, or else all that permits any.
 */
export function decideReadings(
  policies: KeyPolicies,
  readings: Readings,
  requestFor: RequestFor,
): PolicyDecision | 'unlike' {
  const { methods, sent } = readings;
  const permits = [sent];
  for (const { method, decideOne } of otherReadings(policies, readings, requestFor)) {
    const decision = decideOne();
    if (decision.decision === 'allow') permits.push(decision);
    else if (decision.determining.length > 0 || method !== methods[0]) return decision;
    else return 'unlike';
  }
  const determining = [...new Set(permits.flatMap((each) => each.determining))];
  const limits = joinLimits(...permits.map((each) => each.limits));
  return { decision: 'allow', determining, erring: [], ...limits };
}

/** All that forbid any reading, or else what is decided about the one that was sent. */
export function joinForbids(
  policies: KeyPolicies,
  readings: Readings,
  requestFor: RequestFor,
): PolicyDecision {
  const { sent } = readings;
  const others = otherReadings(policies, readings, requestFor).map(({ decideOne }) => decideOne());
  const refused = others.filter(({ decision }) => decision === 'deny');
  const forbids = refused.flatMap(({ determining }) => determining);
  if (forbids.length === 0) return sent;
  const own = sent.decision === 'deny' ? sent.determining : [];
  return { ...sent, decision: 'deny', determining: [...new Set([...own, ...forbids])] };
}

/** All but the one that was sent. */
function otherReadings(
  { decide, decideFolded }: KeyPolicies,
  { exact, folded, methods }: Readings,
  requestFor: RequestFor,
) {
  const ofMethod = (method: string) => [
    ...exact.map((path) => ({ method, decideOne: () => decide(requestFor(path, method)) })),
    ...folded.map((path) => ({ method, decideOne: () => decideFolded(requestFor(path, method)) })),
  ];
  return methods.flatMap(ofMethod).slice(1);
}

/** Each once: no limit can be escaped by another spelling of a path. */
function joinLimits(...several: (readonly RateLimit[] | undefined)[]) {
  const limits = new Map(several.flatMap((each) => each ?? []).map((each) => [each.id, each]));
  return limits.size > 0 ? { limits: [...limits.values()] } : {};
}
