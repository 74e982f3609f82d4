import { type DecisionCode, isApiScope, type Scope } from '@tollkeeper/contract';
import type { DecisionRequest } from '../decide.ts';
import type { KeyFacts, KeyOwner } from '../key-facts.ts';
import { holdsAllApiScopes, scopeNames } from '../scope-set.ts';

/** For tests: the state of the world as plain objects. */
export interface World {
  readonly owners: Map<string, KeyOwner>;
  /** The allowed addresses of each organization that has some. */
  readonly organizations: Map<string, readonly string[]>;
  /** By secret. */
  readonly secrets: Map<string, KeyFacts>;
}

/** For tests: which of the addresses each entry of a list of allowed addresses admits. */
export const ADMITTED: Readonly<Record<string, readonly string[]>> = {
  '10.0.0.0/8': ['10.1.2.3', '::ffff:10.1.2.3'],
  '10.1.2.3': ['10.1.2.3', '::ffff:10.1.2.3'],
  '2001:db8::/32': ['2001:db8::1'],
  '::/0': ['2001:db8::1', '::1'],
  'not an address': [],
};
export const ADDRESSES = [
  '10.1.2.3',
  '::ffff:10.1.2.3',
  '2001:db8::1',
  '::1',
  '',
  'not an address',
];

/** For tests: the rule of decisions, written a second time, to be read rather than to be fast. */
export function expectedCode(world: World, request: DecisionRequest, nowMs: number): DecisionCode {
  const key = world.secrets.get(request.secret);
  if (!key) return 'not_found';
  if (key.retiresAtMs !== null && nowMs >= key.retiresAtMs) return 'not_found';
  if ('organizationId' in request && request.organizationId !== key.organizationId) {
    return 'not_found';
  }
  if (key.status !== 'active') return key.status;
  if (key.expiresAtMs !== null && nowMs >= key.expiresAtMs) return 'expired';
  const owner = world.owners.get(key.ownerId);
  if (!owner?.active || owner.organizationId !== key.organizationId) return 'owner_inactive';
  if ('workspaceId' in request && ![null, request.workspaceId].includes(key.workspaceId)) {
    return 'wrong_workspace';
  }
  for (const allowedIps of [key.allowedIps, world.organizations.get(key.organizationId) ?? []]) {
    if (allowedIps.length === 0) continue;
    const { ip } = request;
    const admitted = allowedIps.some((entry) => ip && ADMITTED[entry]?.includes(ip));
    if (!admitted) return 'ip_not_allowed';
  }
  const own = scopeNames(key.scopes);
  const owned = scopeNames(owner.scopes);
  const isOwned = (scope: Scope) =>
    owned.includes(scope) || (isApiScope(scope) && holdsAllApiScopes(owner.scopes));
  const required = request.scopes ? scopeNames(request.scopes) : [];
  const isHeld = required.every((scope) => own.includes(scope) && isOwned(scope));
  return isHeld ? 'valid' : 'insufficient_scope';
}
