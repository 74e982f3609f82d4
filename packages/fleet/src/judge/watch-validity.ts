import { decideHash, hashSecret } from '@tollkeeper/verify';
import type { Fleet } from '../fleet.ts';
import type { Question } from './judge.ts';

/**
 * Whether the call would still be accepted, for what outlasts its request, such as a WebSocket.
 * Counts nothing, and keeps the hash of the secret instead of the secret.
 */
export function watchValidity(
  fleet: Pick<Fleet, 'keys'>,
  { secret, ip, required }: Question,
): (nowMs: number) => boolean {
  const hash = hashSecret(secret);
  return (nowMs) => {
    const keys = fleet.keys();
    if (typeof keys === 'string') return false;
    const { index, organizationId, workspaceId } = keys;
    const conditions = { ip, scopes: required, organizationId, workspaceId };
    return decideHash(index, hash, conditions, nowMs).code === 'valid';
  };
}
