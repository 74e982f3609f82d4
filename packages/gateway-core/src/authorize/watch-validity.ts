import { decideHash, hashSecret, union } from '@tollkeeper/verify';
import type { Fleet } from '../fleet.ts';
import { type AuthorizationRequest, lackedBy, NO_KEYS } from './authorize.ts';
import { decideCall, environmentOf } from './call-decision.ts';
import { CALL } from './decided-call.ts';
import { type Denial, denialOf, policyDenial } from './denial.ts';

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

/** Why a call that needed no key would be refused by now: the gateway can decide nothing any more. */
export function watchKeys(fleet: Pick<Fleet, 'keys'>): () => Denial | undefined {
  return () => {
    const keys = fleet.keys();
    return typeof keys === 'string' ? NO_KEYS[keys].denial : undefined;
  };
}
