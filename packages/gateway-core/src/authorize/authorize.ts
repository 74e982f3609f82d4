import type { DecisionCode } from '@tollkeeper/contract';
import {
  decide,
  decideHash,
  effectiveScopes,
  hashSecret,
  type KeyFacts,
  type KeyIndex,
  missing,
  NO_SCOPES,
  type ScopeSet,
  scopeSet,
  secretFacts,
  union,
  wouldDeny,
} from '@tollkeeper/verify';
import type { Fleet, NoKeys } from '../fleet.ts';
import { type CallFacts, decideCall, environmentOf } from './call-decision.ts';
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
}

/** What every call needs. */
export const CALL = scopeSet(['apis.call']);

export interface Accepted {
  readonly code: 'valid';
  readonly key: KeyFacts;
  /** What the key may do now. */
  readonly scopes: ScopeSet;
  /** Whether a shadow policy would have refused it. */
  readonly wouldDeny: boolean;
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

/**
 * Counts the call of every key that is known, whether it is accepted or denied.
 * @param hasRoomFor asked last, about a key that is valid; a key without room is `rate_limited`
 */
export function authorize(
  fleet: Pick<Fleet, 'keys' | 'count'>,
  request: AuthorizationRequest,
  nowMs: number,
  hasRoomFor?: (keyId: string) => boolean,
): Decision {
  const keys = fleet.keys();
  if (typeof keys === 'string') return NO_KEYS[keys];
  const { index, organizationId, workspaceId } = keys;
  const { secret, ip } = request;
  const required = union(request.required, CALL);
  const conditions = { secret, ip, scopes: required, organizationId, workspaceId };
  const { code: decided, slot } = decide(index, conditions, nowMs);
  const key = secretFacts(index, slot);
  const question = { environment: environmentOf(secret), ip, call: request.call };
  const policies = decided === 'valid' ? decideCall(keys, slot, question, nowMs) : undefined;
  const allowed = policies?.decision === 'deny' ? 'policy_denied' : decided;
  const isFull = hasRoomFor && key && allowed === 'valid' && !hasRoomFor(key.keyId);
  const code = isFull ? 'rate_limited' : allowed;
  if (key) fleet.count(key, code === 'valid', nowMs);
  if (code === 'valid' && key && policies) {
    return { code, key, scopes: effectiveScopes(index, slot), wouldDeny: wouldDeny(policies) };
  }
  const refused = code === 'valid' ? 'not_found' : code;
  const denial =
    refused === 'policy_denied'
      ? policyDenial(policies?.lacking)
      : denialOf(refused, lackedBy(index, slot, required));
  return { code: refused, denial, keyId: key?.keyId };
}

/**
 * Why a call that was accepted would be refused by now, for what outlasts its decision, such as a
 * WebSocket; undefined as long as it would be accepted again. Counts nothing, and keeps the hash of
 * the secret instead of the secret.
 */
export function watchValidity(
  fleet: Pick<Fleet, 'keys'>,
  { secret, ip, ...request }: AuthorizationRequest,
): (nowMs: number) => Denial | undefined {
  const hash = hashSecret(secret);
  const question = { environment: environmentOf(secret), ip, call: request.call };
  const required = union(request.required, CALL);
  return (nowMs) => {
    const keys = fleet.keys();
    if (typeof keys === 'string') return NO_KEYS[keys].denial;
    const { index, organizationId, workspaceId } = keys;
    const conditions = { ip, scopes: required, organizationId, workspaceId };
    const { code, slot } = decideHash(index, hash, conditions, nowMs);
    if (code !== 'valid') return denialOf(code, lackedBy(index, slot, required));
    const { decision, lacking } = decideCall(keys, slot, question, nowMs);
    return decision === 'deny' ? policyDenial(lacking) : undefined;
  };
}

/** Of what is required; nothing where the key is unknown. */
function lackedBy(index: KeyIndex, slot: number, required: ScopeSet): ScopeSet {
  return slot < 0 ? NO_SCOPES : missing(effectiveScopes(index, slot), required);
}

/** Why a call that needed no key would be refused by now: the gateway can decide nothing any more. */
export function watchKeys(fleet: Pick<Fleet, 'keys'>): () => Denial | undefined {
  return () => {
    const keys = fleet.keys();
    return typeof keys === 'string' ? NO_KEYS[keys].denial : undefined;
  };
}
