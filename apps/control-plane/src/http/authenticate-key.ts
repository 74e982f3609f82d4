import {
  type DecisionCode,
  type ErrorCode,
  publicDecisionCode,
  type Route,
  type Scope,
} from '@tollkeeper/contract';
import {
  decide,
  effectiveScopes,
  type ScopeSet,
  scopeNames,
  scopeSet,
  secretFacts,
} from '@tollkeeper/verify';
import type { FastifyRequest } from 'fastify';
import type { Ctx, Services } from '../kernel/context.ts';
import { DomainError } from '../kernel/domain-error.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { originOf } from './origin.ts';

const REFUSALS: Readonly<Record<Exclude<DecisionCode, 'valid'>, string>> = {
  malformed: 'The API key is not valid. Check that it was copied whole.',
  not_found: 'The API key is not valid. Check that it was copied whole.',
  revoked: 'The API key was revoked. Use another one.',
  disabled: 'The API key is disabled. Someone with api_keys.revoke can enable it.',
  expired: 'The API key has expired. Create a new one.',
  owner_inactive: 'The member who owns the API key is suspended. Ask an admin.',
  wrong_workspace: 'The API key is confined to another workspace.',
  ip_not_allowed: 'The API key may not be used from this address.',
  insufficient_scope: 'The API key does not hold the scope that this needs.',
  policy_denied: 'A policy forbids this request.',
  rate_limited: 'Too many requests with this API key. Slow down.',
};

/** Decides a presented key from memory, and counts the call. @throws DomainError when refused */
export function authenticateKey(
  services: Services,
  request: FastifyRequest,
  secret: string,
  required: ScopeSet,
): Ctx {
  const index = services.keys.index();
  const nowMs = services.clock().getTime();
  const decision = decide(index, { secret, ip: request.ip, scopes: required }, nowMs);
  const key = secretFacts(index, decision.slot);
  if (key) services.usage.count(key, decision.code === 'valid', nowMs);
  if (decision.code !== 'valid' || !key) throw refusal(decision.code, required);
  return {
    services,
    organizationId: key.organizationId,
    actor: { type: 'key', memberId: key.ownerId, keyId: key.keyId },
    scopes: effectiveScopes(index, decision.slot),
    workspaceId: key.workspaceId,
    // Made only when an audit event asks: most calls of a key change nothing.
    get origin() {
      return originOf(request);
    },
    idempotencyKey: idempotencyKeyOf(request),
  };
}

export function requiredScopes(route: Route): ScopeSet {
  const open = route.access === 'public' || route.access === 'credential';
  return scopeSet(open ? [] : [route.access as Scope]);
}

function refusal(code: DecisionCode, required: ScopeSet): DomainError {
  const known = code === 'valid' ? 'not_found' : code;
  const scopes = known === 'insufficient_scope' ? { scopes: scopeNames(required) } : {};
  return new DomainError(publicDecisionCode(known) as ErrorCode, REFUSALS[known], scopes);
}
