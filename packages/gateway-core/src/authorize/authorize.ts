import type { DecisionCode } from '@tollkeeper/contract';
import {
  type Claim,
  claimsOf,
  decide,
  effectiveScopes,
  findCanary,
  type KeyIdentity,
  type KeyIndex,
  missing,
  NO_SCOPES,
  type ScopeSet,
  secretIdentity,
  shadowDenials,
  union,
  wouldDeny,
} from '@tollkeeper/verify';
import type { Fleet, NoKeys } from '../fleet.ts';
import {
  type Counters,
  type Limiter,
  limitDenial,
  type Room,
  rateLimitHeaders,
} from '../limits/index.ts';
import { type CallFacts, decideCall, environmentOf, headerOf } from './call-decision.ts';
import { CALL, decidedCall, recordedNeeds } from './decided-call.ts';
import { type Denial, denialOf, policyDenial } from './denial.ts';

/** A request, as far as the decision goes. */
export interface AuthorizationRequest {
  readonly secret: string;
  readonly ip: string;
  /** What the route asks for, besides `apis.call`, which every call needs. */
  readonly required: ScopeSet;
  /**
   * What policies ask about it; undefined where nothing is known: a call is then let through only
   * where that changes nothing.
   */
  readonly call: CallFacts | undefined;
  /** Names and values in turn, where `call` is undefined: the caller who uses a canary key is reported by them. */
  readonly rawHeaders?: readonly string[];
}

const NONE: readonly string[] = [];

export interface Accepted {
  readonly code: 'valid';
  readonly key: KeyIdentity;
  /** What the key may do now. */
  readonly scopes: ScopeSet;
  /** Whether a shadow policy would have refused it. */
  readonly wouldDeny: boolean;
  /** Headers for its answer, names and values in turn: what is left of its rate limits. */
  readonly rateLimit: readonly string[];
}
export interface Denied {
  readonly code: Exclude<DecisionCode, 'valid'> | NoKeys;
  readonly denial: Denial;
  /** Set when the key is known: the call was counted, and must be in the spool before it is answered. */
  readonly keyId: string | undefined;
}
export type Decision = Accepted | Denied;

/** What is answered while nothing can be decided. */
export const NO_KEYS: Readonly<Record<NoKeys, Denied>> = {
  no_snapshot: {
    code: 'no_snapshot',
    denial: {
      code: 'no_snapshot',
      detail: 'The gateway has not received the keys of its workspace yet. Try again.',
    },
    keyId: undefined,
  },
  snapshot_stale: {
    code: 'snapshot_stale',
    denial: {
      code: 'snapshot_stale',
      detail: 'The gateway has not heard from the control plane for longer than staleMaxMs.',
    },
    keyId: undefined,
  },
  gateway_removed: {
    code: 'gateway_removed',
    denial: {
      code: 'gateway_removed',
      detail:
        'This gateway was removed from its fleet and denies every request. Its operator can start it with a new join key.',
    },
    keyId: undefined,
  },
};

/** What decides and counts. */
export type DecidingFleet = Pick<Fleet, 'keys' | 'count' | 'countCanary'>;

/**
 * Takes room in the rate limits of policies last, after all else has allowed the call. Counts the call
 * of every key that is known, whether it is accepted or denied.
 */
export function authorize(
  fleet: DecidingFleet,
  request: AuthorizationRequest,
  nowMs: number,
  counters: Pick<Counters, 'take'>,
): Decision {
  const evaluated = evaluate(fleet, request, nowMs);
  if (!evaluated.claims) return conclude(fleet, request, evaluated, nowMs);
  return conclude(fleet, request, evaluated, nowMs, counters.take(evaluated.claims));
}

export interface Admission {
  readonly limiter: Limiter;
  /** Asked last, before the rate limits, about a key that is valid: why it has no room for the call. */
  readonly admit?: ((keyId: string) => Denial | undefined) | undefined;
}

/**
 * Like `authorize`, where the counters may be elsewhere: waits for them only if the call has limits,
 * and makes sure afterwards that it is still allowed.
 */
export function authorizeBy(
  { limiter, admit }: Admission,
  fleet: DecidingFleet,
  request: AuthorizationRequest,
  nowMs: number,
): Decision | Promise<Decision> {
  const evaluated = evaluate(fleet, request, nowMs);
  const { key, decision } = evaluated;
  const denial = decision.code === 'valid' && key && admit?.(key.keyId);
  if (denial) {
    const denied: Decision = { code: 'rate_limited', denial, keyId: key.keyId };
    return conclude(fleet, request, { key, decision: denied, claims: undefined }, nowMs);
  }
  if (!evaluated.claims) return conclude(fleet, request, evaluated, nowMs);
  const room = limiter.take(evaluated.claims);
  if (!(room instanceof Promise)) return conclude(fleet, request, evaluated, nowMs, room);
  return room.then((taken) => {
    const now = evaluate(fleet, request, nowMs);
    return conclude(fleet, request, now.decision.code === 'valid' ? evaluated : now, nowMs, taken);
  });
}

/** A decision, as far as it can be made without the counters. */
interface Evaluated {
  readonly decision: Decision;
  /** Set when the key is known. */
  readonly key: KeyIdentity | undefined;
  /** Limits in which the call needs room; undefined where it has none, or is denied. */
  readonly claims: readonly Claim[] | undefined;
  /** Ids of policies in shadow mode that would have refused it. */
  readonly refusedBy?: readonly string[] | undefined;
  /** What it needs of the scopes of its key, if it is accepted. */
  readonly needs?: string;
}

function evaluate(
  fleet: Pick<Fleet, 'keys'>,
  request: AuthorizationRequest,
  nowMs: number,
): Evaluated {
  const keys = fleet.keys();
  if (typeof keys === 'string') {
    return { decision: NO_KEYS[keys], key: undefined, claims: undefined };
  }
  const { index, organizationId, workspaceId } = keys;
  const { secret, ip } = request;
  const required = union(request.required, CALL);
  const conditions = { secret, ip, scopes: required, organizationId, workspaceId };
  const { code, slot } = decide(index, conditions, nowMs);
  const key = secretIdentity(index, slot);
  if (code !== 'valid' || !key) {
    const refused = code === 'valid' ? 'not_found' : code;
    const denial = denialOf(refused, lackedBy(index, slot, required));
    const decision: Denied = { code: refused, denial, keyId: key?.keyId };
    return { decision, key, claims: undefined };
  }
  const environment = environmentOf(secret);
  const policies = decideCall(keys, slot, { environment, ip, call: request.call }, nowMs);
  const { keyId, ownerId } = key;
  const claims = policies.limits && claimsOf(policies.limits, { keyId, ownerId, workspaceId, ip });
  const isLacking = policies.limits !== undefined && claims === undefined;
  if (policies.decision === 'deny' || isLacking) {
    const denial = policyDenial(isLacking ? 'ip' : policies.lacking);
    return { decision: { code: 'policy_denied', denial, keyId }, key, claims: undefined };
  }
  const decision: Accepted = {
    code: 'valid',
    key,
    scopes: effectiveScopes(index, slot),
    wouldDeny: wouldDeny(policies),
    rateLimit: NONE,
  };
  return {
    ...{ decision, key, claims },
    refusedBy: policies.shadow && shadowDenials(policies),
    needs: recordedNeeds(keys, { slot, environment }, request.required, policies),
  };
}

/** @param room what its limits have; undefined where it has none */
function conclude(
  fleet: DecidingFleet,
  request: AuthorizationRequest,
  { decision, key, claims, refusedBy, needs }: Evaluated,
  nowMs: number,
  room?: Room,
): Decision {
  const concluded = room && claims ? withRoom(decision, claims, room) : decision;
  const { code } = concluded;
  if (key) {
    const call = decidedCall(code, request.call, refusedBy, needs);
    fleet.count(key, code === 'valid', nowMs, call, request.ip);
  } else if (code === 'not_found') countCanary(fleet, request, nowMs);
  return concluded;
}

/** A canary key is not found, like a key that does not exist; only its organization learns of the use. */
function countCanary(fleet: DecidingFleet, request: AuthorizationRequest, nowMs: number): void {
  const keys = fleet.keys();
  const canary = typeof keys === 'string' ? undefined : findCanary(keys.index, request.secret);
  if (!canary) return;
  const { rawHeaders = [] } = request.call ?? request;
  const userAgent = headerOf(rawHeaders, 'user-agent');
  const caller = { ip: request.ip || null, userAgent: userAgent ?? null };
  fleet.countCanary(canary.keyId, caller, nowMs);
}

function withRoom(decision: Decision, claims: readonly Claim[], room: Room): Decision {
  if (decision.code !== 'valid') return decision;
  if (room.isFree) return { ...decision, rateLimit: rateLimitHeaders(claims, room) };
  const denial = limitDenial(claims, room);
  return { code: 'rate_limited', denial, keyId: decision.key.keyId };
}

/** Of what is required; nothing where the key is unknown. */
export function lackedBy(index: KeyIndex, slot: number, required: ScopeSet): ScopeSet {
  return slot < 0 ? NO_SCOPES : missing(effectiveScopes(index, slot), required);
}
