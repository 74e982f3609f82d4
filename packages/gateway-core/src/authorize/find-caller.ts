import { decide, type KeyIdentity, secretIdentity, union } from '@tollkeeper/verify';
import type { Fleet } from '../fleet.ts';
import type { AuthorizationRequest } from './authorize.ts';
import { CALL } from './decided-call.ts';

/**
 * Whose call it is, if the key is valid for all but what policies say; undefined for any other. For
 * what costs something before the call is decided, which nobody without a key may cause. Counts nothing.
 */
export function findCaller(
  fleet: Pick<Fleet, 'keys'>,
  { secret, ip, required }: Omit<AuthorizationRequest, 'call'>,
  nowMs: number,
): KeyIdentity | undefined {
  const keys = fleet.keys();
  if (typeof keys === 'string') return undefined;
  const { index, organizationId, workspaceId } = keys;
  const scopes = union(required, CALL);
  const conditions = { secret, ip, scopes, organizationId, workspaceId };
  const { code, slot } = decide(index, conditions, nowMs);
  return code === 'valid' ? secretIdentity(index, slot) : undefined;
}
