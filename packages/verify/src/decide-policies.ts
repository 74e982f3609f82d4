import { effectiveScopes } from './decide.ts';
import {
  decideReadings,
  foldedPaths,
  joinForbids,
  onlyFolded,
  type PathReadings,
} from './decide-readings.ts';
import { holderOf, roleOf } from './index/key-holders.ts';
import { secretFacts } from './index/key-index.ts';
import type { KeyIndex } from './index/key-store.ts';
import { parseIpAddress } from './ip-address.ts';
import type { RateLimit } from './limits/rate-limit.ts';
import { asksScopes } from './policies/asked-scopes.ts';
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
import type { ConsideredScopes } from './scope-needs.ts';
import { scopeNames } from './scope-set.ts';

/** Where a call is decided. */
export interface PolicyPlace {
  readonly organizationId: string;
  readonly workspaceId: string;
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

const NO_PATHS: readonly string[] = [];
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
  const headers = headersOf(policies, call.header);
  const { route, model, mcp } = call;
  const requestFor = (path: string, method: string) =>
    callRequest(route, { path, method, ip, headers, time: nowMs, model, mcp });
  const request = requestFor(call.path, call.method);
  const paths = call.otherPaths();
  const shadow = key.shadow && decideShadow(key.shadow, call, paths, requestFor);
  const withShadow = shadow && { shadow };
  if (fixed) return { ...allowOrDeny(fixed), ...withShadow };
  const folded = paths ? foldedPaths(key.enforced, call.path, paths) : NO_PATHS;
  const foldedPath = onlyFolded(paths, folded);
  const enforced = key.enforced.decide({ ...request, foldedPath });
  if (enforced.decision === 'deny') return { ...allowOrDeny(enforced), ...withShadow };
  const others = call.otherMethods();
  if (!paths) return LACKS_PATH;
  if (!others) return LACKS_REQUEST;
  const isSame = foldedPath ? !foldedPath.mayDiffer : folded.length === 0;
  if (isSame && others.length === 0) return { ...allowOrDeny(enforced), ...withShadow };
  const methods = [call.method, ...others];
  const exact = [call.path, ...paths.exact];
  const readings = { exact, folded, methods, sent: enforced };
  const read = decideReadings(key.enforced, readings, requestFor);
  if (read === 'unlike') return LACKS_PATH;
  if (read.decision === 'deny') return { decision: 'deny', enforced: read, ...withShadow };
  return { ...allowOrDeny({ ...read, erring: enforced.erring }), ...withShadow };
}

/** What shadow policies say, which would refuse a call, as enforced ones do, in any of its readings. */
function decideShadow(
  shadow: KeyPolicies,
  { path, method, otherMethods }: CalledRoute,
  paths: PathReadings | undefined,
  requestFor: (path: string, method: string) => Omit<PolicyRequest, 'principal'>,
): PolicyDecision {
  const readings = {
    exact: [path, ...(paths?.exact ?? NO_PATHS)],
    folded: paths ? foldedPaths(shadow, path, paths) : NO_PATHS,
    methods: [method, ...(otherMethods() ?? NO_PATHS)],
    sent: shadow.decide(requestFor(path, method)),
  };
  return joinForbids(shadow, readings, requestFor);
}

/** What the policies in force ask about the scopes of the key; undefined where they ask nothing. */
export function scopesConsidered(
  index: KeyIndex,
  { slot, environment }: PolicySecret,
  { organizationId, workspaceId }: PolicyPlace,
): ConsideredScopes | undefined {
  const store = index.policies;
  if (store.use === 'ignore') return undefined;
  const policies = policiesOf(store, organizationId, workspaceId);
  if (policies.allowsAll || !asksScopes(policies.enforced.asked)) return undefined;
  const compile = () => compileKey(index, policies, slot, environment);
  return evaluatedKey(store, policies, slot, compile).considered;
}

function consideredBy(
  index: KeyIndex,
  { enforced: { asked } }: WorkspacePolicies,
  slot: number,
): ConsideredScopes | undefined {
  const key = asksScopes(asked) ? secretFacts(index, slot) : undefined;
  if (!key) return undefined;
  const names = scopeNames(effectiveScopes(index, slot)).filter((name) => asked.names.has(name));
  // A key whose scopes are edited is of no preset any more.
  const isOpen = asked.asksAll || (asked.asksProfile && key.profile !== 'custom');
  return names.length > 0 || isOpen ? { names, isOpen, needs: new WeakMap() } : undefined;
}

/** As the enforced policies say. */
function allowOrDeny(enforced: PolicyDecision): CallDecision {
  const { decision, limits } = enforced;
  return limits ? { decision, enforced, limits } : { decision, enforced };
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
function headersOf(
  { enforced, shadow }: WorkspacePolicies,
  header: CalledRoute['header'],
): readonly (readonly [string, string])[] {
  if (enforced.headers.size === 0 && !shadow?.headers.size) return NO_HEADERS;
  const named = shadow ? enforced.headers.union(shadow.headers) : enforced.headers;
  return Array.from(named, (name) => [name, header(name)] as const).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
}

const NO_HEADERS: readonly (readonly [string, string])[] = [];

function compileKey(
  index: KeyIndex,
  policies: WorkspacePolicies,
  slot: number,
  environment: PolicySecret['environment'],
): EvaluatedKey {
  const principal = principalOf(index, slot, environment);
  return {
    policies,
    considered: consideredBy(index, policies, slot),
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
