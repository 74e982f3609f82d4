import {
  type DecisionCode,
  decisionDetail,
  type ErrorCode,
  publicDecisionCode,
  type Route,
  type Scope,
} from '@tollkeeper/contract';
import {
  decide,
  effectiveScopes,
  requestNeeds,
  type ScopeSet,
  SECRET_PATTERN,
  scopeNames,
  scopeSet,
  secretSubject,
  validUntilMs,
} from '@tollkeeper/verify';
import type { FastifyRequest } from 'fastify';
import { type ScopeRecord, startScopeRecord, withRecord } from '../access/scope-record.ts';
import type { Ctx, Services } from '../context.ts';
import { DomainError, invalidField } from '../domain-error.ts';
import { originOf } from './origin.ts';

/** A decision about the key of a request, and how long it holds. */
interface KeyCheck {
  /** Of the keys in memory. */
  readonly revision: number;
  readonly validUntilMs: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until a key was accepted. */
    keyCheck: KeyCheck | null;
    /** Null until a key was accepted. */
    scopeRecord: ScopeRecord | null;
  }
}

/** Decides a presented key from memory, and counts the call. @throws DomainError when refused */
export function authenticateKey(
  services: Services,
  request: FastifyRequest,
  secret: string,
  required: ScopeSet,
): Ctx {
  const nowMs = services.clock().getTime();
  const decided = decideKey(services, request, secret, required, nowMs);
  const { code, subject, isForeign } = decided;
  if (subject) {
    const isAccepted = code === 'valid' && !isForeign;
    const needs = requestNeeds(required);
    services.usage.count(subject, isAccepted, nowMs, needs, request.ip);
    if (isAccepted) {
      request.scopeRecord = startScopeRecord(services.usage, subject, nowMs, needs);
    }
  }
  if (code === 'not_found') services.canaries.report('api', secret, originOf(request), nowMs);
  return keyCtx(services, request, required, decided);
}

/**
 * Whether the key would be decided as before, without deciding it: nothing has changed in memory, this
 * process knows of all changes, and the key has not run out.
 */
export function isKeyCheckValid(
  { revision, validUntilMs }: KeyCheck,
  { clock, changeFeed, keys }: KeyCheckSources,
): boolean {
  return keys.revision() === revision && changeFeed.current() && clock().getTime() < validUntilMs;
}

interface KeyCheckSources {
  readonly clock: Services['clock'];
  readonly changeFeed: Pick<Services['changeFeed'], 'current'>;
  readonly keys: Pick<Services['keys'], 'revision'>;
}

/**
 * Decides the key of a request once more, without counting another call: a body may come long after
 * the head, and an answer long after both.
 * @throws DomainError when refused
 */
export function authenticateKeyAgain(
  services: Services,
  request: FastifyRequest,
  secret: string,
  required: ScopeSet,
): Ctx {
  const nowMs = services.clock().getTime();
  return keyCtx(services, request, required, decideKey(services, request, secret, required, nowMs));
}

function decideKey(
  services: Services,
  request: FastifyRequest,
  secret: string,
  required: ScopeSet,
  nowMs: number,
) {
  const index = services.keys.index();
  const { code, slot } = decide(index, { secret, ip: request.ip, scopes: required }, nowMs);
  const subject = secretSubject(index, slot);
  const named = request.headers['x-organization-id'];
  const isForeign = named !== undefined && named !== subject?.organizationId;
  return { index, code, slot, subject, isForeign };
}

function keyCtx(
  services: Services,
  request: FastifyRequest,
  required: ScopeSet,
  { index, code, slot, subject, isForeign }: ReturnType<typeof decideKey>,
): Ctx {
  if (subject && !isForeign && (code === 'valid' || code === 'insufficient_scope')) {
    const { organizationId, ownerId: memberId, keyId } = subject;
    request.knownCaller = { organizationId, actor: { type: 'key', memberId, keyId } };
  }
  if (code !== 'valid' || !subject) throw refusal(code, required);
  if (isForeign) throw new DomainError('not_found', FOREIGN_ORGANIZATION);
  request.keyCheck = {
    revision: services.keys.revision(),
    validUntilMs: validUntilMs(index, slot),
  };
  return {
    services,
    organizationId: subject.organizationId,
    actor: { type: 'key', memberId: subject.ownerId, keyId: subject.keyId },
    scopes: withRecord(effectiveScopes(index, slot), request.scopeRecord ?? undefined),
    workspaceId: subject.workspaceId,
    // Made only when an audit event asks: most calls of a key change nothing.
    get origin() {
      return originOf(request);
    },
    idempotencyKey: idempotencyKeyOf(request),
  };
}

const FOREIGN_ORGANIZATION =
  'The API key does not belong to the organization that X-Organization-Id names. Leave the header out.';

export function requiredScopes(route: Route): ScopeSet {
  const open = route.access === 'public' || route.access === 'credential';
  return scopeSet(open ? [] : [route.access as Scope]);
}

function refusal(code: DecisionCode, required: ScopeSet): DomainError {
  const known = code === 'valid' ? 'not_found' : code;
  const scopes = scopeNames(required);
  const detail = decisionDetail(known, scopes);
  const details = known === 'insufficient_scope' ? { scopes } : {};
  return new DomainError(publicDecisionCode(known) as ErrorCode, detail, details);
}

/**
 * @throws DomainError validation_failed for one that is empty, over 255, not printable ASCII, or
 *   holds an API key: it is stored
 */
export function idempotencyKeyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw invalidField(
      'Idempotency-Key',
      'must be 1 to 255 printable ASCII characters without spaces',
    );
  }
  if (SECRET_PATTERN.test(key)) throw invalidField('Idempotency-Key', 'must not hold an API key');
  return key;
}
