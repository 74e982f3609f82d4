import {
  DECISION_DETAILS,
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
  return new DomainError(publicDecisionCode(known) as ErrorCode, DECISION_DETAILS[known], scopes);
}
