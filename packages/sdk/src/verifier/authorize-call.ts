import { type BuiltInScope, parseScope, type Scope } from '@tollkeeper/contract';
import {
  authorize,
  type CallFacts,
  type Counters,
  type Denial,
  type Fleet,
  findCredential,
  hasKey,
  KEY_IN_URL,
  type Log,
  UNAVAILABLE,
} from '@tollkeeper/gateway-core';
import {
  type KeyIdentity,
  NO_SCOPES,
  type ScopeSet,
  scopeNames,
  scopeSet,
} from '@tollkeeper/verify';

/** Whose call it is, and what the key may do now. */
export interface VerifiedKey {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
  /** The member who owns it. */
  readonly memberId: string;
  /** The workspace that it is confined to. */
  readonly workspaceId: string | null;
  readonly scopes: readonly Scope[];
}

/** A built-in scope, or one that the organization defines for its own APIs, such as `invoices.read`. */
export type RequiredScope = BuiltInScope | (string & {});

/** @throws RangeError for what cannot name a scope */
export function requiredSet(scopes: readonly RequiredScope[]): ScopeSet {
  return scopes.length === 0 ? NO_SCOPES : scopeSet(scopes.map(parseScope));
}

/** A request, as the frameworks have it. */
export interface Call {
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
  /** Path and query. */
  readonly url: string;
  readonly ip: string;
  readonly method: string;
  readonly host: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
}

/** What the guards decide with. */
export interface Decider {
  readonly fleet: Pick<Fleet, 'keys' | 'count' | 'countCanary' | 'flush'>;
  /** Of the rate limits of policies, in this process. */
  readonly counters: Counters;
  readonly log: Log;
}

export type Authorization =
  | {
      readonly key: VerifiedKey;
      /** For the answer, names and values in turn. */
      readonly headers: readonly string[];
    }
  | { readonly denial: Denial };

/** Decides as a gateway does, and refuses what it cannot decide. Counts the call before it returns. */
export function authorizeCall(
  { fleet, counters, log }: Decider,
  call: Call,
  required: ScopeSet,
): Authorization {
  try {
    if (hasKey(call.url)) return { denial: KEY_IN_URL };
    const secret = findCredential({
      authorization: call.authorization ?? '',
      apiKey: call.apiKey ?? '',
    });
    if (typeof secret !== 'string') return { denial: secret };
    const request = { secret, ip: call.ip, required, call: callFacts(call) };
    const decision = authorize(fleet, request, Date.now(), counters);
    fleet.flush();
    if (decision.code !== 'valid') return { denial: decision.denial };
    return { key: verifiedKey(decision.key, decision.scopes), headers: decision.rateLimit };
  } catch (error) {
    log.error({ err: error }, 'a call could not be decided, and is refused');
    return { denial: UNAVAILABLE };
  }
}

/** A server that verifies keys itself has one route, which has no path. */
function callFacts({ method, url, host, rawHeaders }: Call): CallFacts {
  const path = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/, '') || '/';
  return { method, path, host, routePath: '', rawHeaders };
}

export function verifiedKey(key: KeyIdentity, scopes: ScopeSet): VerifiedKey {
  return {
    id: key.keyId,
    name: key.name,
    organizationId: key.organizationId,
    memberId: key.ownerId,
    workspaceId: key.workspaceId,
    scopes: scopeNames(scopes),
  };
}
