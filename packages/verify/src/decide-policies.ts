import { effectiveScopes } from './decide.ts';
import { holderOf, roleOf } from './index/key-holders.ts';
import { secretFacts } from './index/key-index.ts';
import type { KeyIndex } from './index/key-store.ts';
import { parseIpAddress } from './ip-address.ts';
import type { RateLimit } from './limits/rate-limit.ts';
import type { KeyPolicies, PolicyDecision } from './policies/compile-policies.ts';
import { callRequest, keyEntity, type PolicyCall } from './policies/entity-model.ts';
import {
  type EvaluatedKey,
  evaluatedKey,
  policiesOf,
  type WorkspacePolicies,
} from './policies/policy-store.ts';
import type { PolicyRequest } from './policies/request.ts';
import type { Entity } from './policies/value.ts';
import { scopeNames } from './scope-set.ts';

/** Where a call is decided. */
export interface PolicyPlace {
  readonly organizationId: string;
  readonly workspaceId: string;
}

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

/** What policies can ask about a call, besides its key. */
export interface CalledRoute extends Omit<PolicyCall, 'ip' | 'headers' | 'time'> {
  /** Made by `routeEntity`. */
  readonly route: Entity;
  /** As a text: where it cannot be read, policies that ask for more than the key refuse. */
  readonly ip: string;
  /** Undefined where no reader should see the path: where it decides, the call is refused. */
  readonly otherPaths: () => PathReadings | undefined;
  /**
   * Methods that a server may take, by a header, in place of the one that was sent. Undefined where that
   * cannot be known: where it decides, the call is refused.
   */
  readonly otherMethods: () => readonly string[] | undefined;
  /** Value of a header that policies name, which is in lower case; undefined for one that is missing. */
  readonly header: (name: string) => string | undefined;
}

export interface CallDecision {
  readonly decision: 'allow' | 'deny';
  /** Why it is denied where the policies were not asked, since not enough is known of the call. */
  readonly lacking?: 'request' | 'ip' | 'path';
  /** Undefined where nothing had to be evaluated. */
  readonly enforced?: PolicyDecision;
  /** What the shadow policies say, if there are any. It decides nothing. */
  readonly shadow?: PolicyDecision;
  /** In which a call that is allowed needs room; only where there are any. */
  readonly limits?: readonly RateLimit[];
}

/** What policies say about a secret: where it is, and its kind by its prefix. */
export interface PolicySecret {
  readonly slot: number;
  readonly environment: 'live' | 'test';
}

const ALLOWED: CallDecision = { decision: 'allow' };
const LACKS_REQUEST: CallDecision = { decision: 'deny', lacking: 'request' };
const LACKS_IP: CallDecision = { decision: 'deny', lacking: 'ip' };
const LACKS_PATH: CallDecision = { decision: 'deny', lacking: 'path' };

/**
 * What the policies of the workspace and of its organization say about a call of a key that is valid
 * for all else. Doubt refuses: where what the key alone is does not decide, the request must be known.
 * @param describe the call, where that is needed; it, or what it returns, is undefined where too little
 * is known
 */
export function decidePolicies(
  index: KeyIndex,
  { slot, environment }: PolicySecret,
  { organizationId, workspaceId }: PolicyPlace,
  describe: (() => CalledRoute | undefined) | undefined,
  nowMs: number,
): CallDecision {
  const store = index.policies;
  if (store.use === 'ignore') return ALLOWED;
  const policies = policiesOf(store, organizationId, workspaceId);
  if (policies.allowsAll) return ALLOWED;
  const key = evaluatedKey(store, policies, slot, () =>
    compileKey(index, policies, slot, environment),
  );
  const { fixed } = key.enforced;
  if (fixed && (fixed.decision === 'deny' || !key.shadow)) return allowOrDeny(fixed);
  if (fixed && key.shadow?.fixed) return { ...allowOrDeny(fixed), shadow: key.shadow.fixed };
  const call = describe?.();
  const ip = call && parseIpAddress(call.ip);
  if (!call || !ip) {
    // Shadow policies alone refuse nothing.
    if (fixed) return allowOrDeny(fixed);
    return call ? LACKS_IP : LACKS_REQUEST;
  }
  const { route, header, otherPaths, otherMethods, ...facts } = call;
  const headers = [...headersOf(policies, header)];
  const requestFor = (path: string, method: string) =>
    callRequest(route, { ...facts, path, method, ip, headers, time: nowMs });
  const request = requestFor(call.path, call.method);
  const shadow = key.shadow?.decide(request);
  const withShadow = shadow ? { shadow } : {};
  const enforced = fixed ?? key.enforced.decide(request);
  if (fixed || enforced.decision === 'deny') return { ...allowOrDeny(enforced), ...withShadow };
  const paths = otherPaths();
  const others = otherMethods();
  if (!paths) return LACKS_PATH;
  if (!others) return LACKS_REQUEST;
  const folded = foldedPaths(key.enforced, call.path, paths);
  if (folded.length === 0 && others.length === 0) {
    return { ...allowOrDeny(enforced), ...withShadow };
  }
  const methods = [call.method, ...others];
  const exact = [call.path, ...paths.exact];
  const readings = { exact, folded, methods, sent: enforced };
  const read = decideReadings(key.enforced, readings, requestFor);
  if (read === 'unlike') return LACKS_PATH;
  if (read.decision === 'deny') return { decision: 'deny', enforced: read, ...withShadow };
  return { ...allowOrDeny({ ...read, erring: enforced.erring }), ...withShadow };
}

/** As the enforced policies say. */
function allowOrDeny(enforced: PolicyDecision): CallDecision {
  const { decision, limits } = enforced;
  return limits ? { decision, enforced, limits } : { decision, enforced };
}

/** Each once: no limit can be escaped by another spelling of a path. */
function joinLimits(...several: (readonly RateLimit[] | undefined)[]) {
  const limits = new Map(several.flatMap((each) => each ?? []).map((each) => [each.id, each]));
  return limits.size > 0 ? { limits: [...limits.values()] } : {};
}

type Reading = Omit<PolicyRequest, 'principal'>;

/** Where policies name upper-case letters, a path without any may be one of theirs to some reader. */
function foldedPaths(
  { decide, decideFolded }: KeyPolicies,
  path: string,
  { folded }: PathReadings,
) {
  return folded.length === 0 && decide !== decideFolded ? [path] : folded;
}

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
function decideReadings(
  { decide, decideFolded }: KeyPolicies,
  { exact, folded, methods, sent }: Readings,
  requestFor: (path: string, method: string) => Reading,
): PolicyDecision | 'unlike' {
  const permits = [sent];
  const paths = [
    ...exact.map((path) => ({ path, decideOne: decide })),
    ...folded.map((path) => ({ path, decideOne: decideFolded })),
  ];
  const all = methods.flatMap((method) => paths.map((each) => ({ ...each, method })));
  for (const { path, method, decideOne } of all.slice(1)) {
    const decision = decideOne(requestFor(path, method));
    if (decision.decision === 'allow') permits.push(decision);
    else if (decision.determining.length > 0 || method !== methods[0]) return decision;
    else return 'unlike';
  }
  const determining = [...new Set(permits.flatMap((each) => each.determining))];
  const limits = joinLimits(...permits.map((each) => each.limits));
  return { decision: 'allow', determining, erring: [], ...limits };
}

/** Whether shadow policies would have refused what is allowed. */
export function wouldDeny({ decision, shadow }: CallDecision): boolean {
  return decision === 'allow' && shadow?.decision === 'deny' && shadow.determining.length > 0;
}

/** Ids of the policies in shadow mode that would have refused what is allowed. */
export function shadowDenials({ shadow }: CallDecision): string[] {
  const statements = shadow?.decision === 'deny' ? shadow.determining : [];
  return [...new Set(statements.map((id) => id.slice(0, id.lastIndexOf('/'))))];
}

/** Only those that policies name. */
function* headersOf(
  { enforced, shadow }: WorkspacePolicies,
  header: CalledRoute['header'],
): Generator<[string, string]> {
  for (const { headers } of shadow ? [enforced, shadow] : [enforced]) {
    for (const name of headers) {
      const value = header(name);
      if (value !== undefined) yield [name, value];
    }
  }
}

function compileKey(
  index: KeyIndex,
  policies: WorkspacePolicies,
  slot: number,
  environment: PolicySecret['environment'],
): EvaluatedKey {
  const principal = principalOf(index, slot, environment);
  return {
    policies,
    enforced: policies.enforced.forKey(principal),
    shadow: policies.shadow?.forKey(principal),
  };
}

/** @throws RangeError for a slot that holds no secret */
export function principalOf(
  index: KeyIndex,
  slot: number,
  environment: PolicySecret['environment'],
): Entity {
  const key = secretFacts(index, slot);
  if (!key) throw new RangeError(`The slot ${slot} holds no secret`);
  const { keyId, ownerId, name, profile, tags, createdAtMs, expiresAtMs } = key;
  return keyEntity({
    ...{ keyId, name, profile, tags, environment },
    memberId: ownerId,
    roleId: roleOf(index, holderOf(index, slot)),
    // What it may do now, as everywhere else: a policy must not go by what its owner has lost.
    scopes: scopeNames(effectiveScopes(index, slot)),
    createdAt: createdAtMs,
    expiresAt: expiresAtMs ?? undefined,
  });
}
