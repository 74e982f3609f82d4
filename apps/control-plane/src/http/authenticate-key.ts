import {
  DECISION_DETAILS,
  type DecisionCode,
  type ErrorCode,
  publicDecisionCode,
  type Route,
  type Scope,
} from '@tollkeeper/contract';
import {
  type DecisionRequest,
  decide,
  effectiveScopes,
  type KeySubject,
  type ScopeSet,
  scopeNames,
  scopeSet,
  secretSubject,
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
  const nowMs = services.clock().getTime();
  const presented = decideKey(services, { secret, ip: request.ip, scopes: required }, nowMs);
  const { code, subject, scopes } = presented;
  if (subject) services.usage.count(subject, code === 'valid', nowMs);
  if (code !== 'valid' || !subject) throw refusal(code, required);
  return {
    services,
    organizationId: subject.organizationId,
    actor: { type: 'key', memberId: subject.ownerId, keyId: subject.keyId },
    scopes,
    workspaceId: subject.workspaceId,
    // Made only when an audit event asks: most calls of a key change nothing.
    get origin() {
      return originOf(request);
    },
    idempotencyKey: idempotencyKeyOf(request),
  };
}

export interface PresentedKey {
  readonly code: DecisionCode;
  /** Of a key that is known. */
  readonly subject: KeySubject | undefined;
  /** What it may do now. */
  readonly scopes: ScopeSet;
}

export function decideKey(
  services: Services,
  request: DecisionRequest,
  nowMs: number,
): PresentedKey {
  const index = services.keys.index();
  const { code, slot } = decide(index, request, nowMs);
  return { code, subject: secretSubject(index, slot), scopes: effectiveScopes(index, slot) };
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
