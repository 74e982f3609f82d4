import { decideHash, hashSecret } from '@tollkeeper/verify';
import type { Fleet } from '../fleet.ts';
import { type AuthorizationRequest, NO_KEYS } from './authorize.ts';
import { type Denial, denialOf } from './denial.ts';

/**
 * Why a call that was accepted would be refused by now, for what outlasts its decision, such as a
 * WebSocket; undefined as long as it would be accepted again. Counts nothing, and keeps the hash of
 * the secret instead of the secret.
 */
export function watchValidity(
  fleet: Pick<Fleet, 'keys'>,
  { secret, ip, required }: AuthorizationRequest,
): (nowMs: number) => Denial | undefined {
  const hash = hashSecret(secret);
  return (nowMs) => {
    const keys = fleet.keys();
    if (typeof keys === 'string') return NO_KEYS[keys].denial;
    const { index, organizationId, workspaceId } = keys;
    const conditions = { ip, scopes: required, organizationId, workspaceId };
    const { code } = decideHash(index, hash, conditions, nowMs);
    return code === 'valid' ? undefined : denialOf(code, required);
  };
}

/** Why a call that needed no key would be refused by now: the gateway can decide nothing any more. */
export function watchKeys(fleet: Pick<Fleet, 'keys'>): () => Denial | undefined {
  return () => {
    const keys = fleet.keys();
    return typeof keys === 'string' ? NO_KEYS[keys].denial : undefined;
  };
}
