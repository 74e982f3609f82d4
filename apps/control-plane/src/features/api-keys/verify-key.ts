import {
  type PolicyLimit,
  type PolicyRequestInput,
  parseScope,
  publicDecisionCode,
  type RouteInput,
  type RouteOutput,
  type Routes,
} from '@tollkeeper/contract';
import { type CallFacts, decideCall, environmentOf } from '@tollkeeper/gateway-core';
import {
  type CallDecision,
  type ConsideredScopes,
  callNeeds,
  type Decision,
  decide,
  effectiveScopes,
  NO_SCOPES,
  parseIpAddress,
  type RateLimit,
  redactSecrets,
  scopeNames,
  scopeSet,
  scopesConsidered,
  secretFacts,
} from '@tollkeeper/verify';
import type { Ctx, Services } from '../../context.ts';
import { invalidField, notFound } from '../../domain-error.ts';

type Answer = RouteOutput<Routes['verifyKey']>;

const REFUSED = {
  valid: false,
  keyId: null,
  name: null,
  scopes: [],
  workspaceId: null,
  memberId: null,
  expiresAt: null,
} as const;

/**
 * Decides for another server whether a key is valid; counts as a call of that key. That the caller
 * was authenticated proves nothing: a session asks the database, and a body may come long after its head.
 * @throws DomainError unavailable
 */
export function verifyKey(
  ctx: Ctx,
  input: RouteInput<Routes['verifyKey']>,
): Answer | Promise<Answer> {
  const { changeFeed } = ctx.services;
  return changeFeed.current()
    ? verifyNow(ctx, input)
    : changeFeed.catchUp().then(() => verifyNow(ctx, input));
}

/** Who asks: the key may be of their organization only, and used in their workspace. */
type Asker = Pick<Ctx, 'services' | 'organizationId' | 'workspaceId'>;

/**
 * For a process that may decide from memory at this moment.
 * @throws DomainError not_found for a workspace that the caller does not see, validation_failed
 */
export function verifyNow(ctx: Asker, { body }: RouteInput<Routes['verifyKey']>): Answer {
  requireMeaningful(ctx, body);
  const index = ctx.services.keys.index();
  const nowMs = ctx.services.clock().getTime();
  const required = body.scopes ? scopeSet(body.scopes.map(parseScope)) : NO_SCOPES;
  const decided = decide(
    index,
    {
      secret: body.key,
      organizationId: ctx.organizationId,
      // A caller that is confined to a workspace asks only about use in that one.
      workspaceId: ctx.workspaceId ?? body.workspaceId,
      ip: body.ip,
      scopes: required,
    },
    nowMs,
  );
  if (decided.code === 'not_found') reportCanary(ctx.services, body, nowMs);
  const policies = askPolicies(ctx, body, decided, nowMs);
  const decision =
    policies?.decision === 'deny'
      ? ({ code: 'policy_denied', slot: decided.slot } as const)
      : decided;
  const code = publicDecisionCode(decision.code);
  const key = secretFacts(index, decision.slot);
  if (!key) return { ...REFUSED, code, scopes: [] };
  const considered = policies && consideredScopes(ctx, body, decision);
  const needs = callNeeds(required, NO_SCOPES, considered);
  ctx.services.usage.count(key, decision.code === 'valid', nowMs, needs, body.ip);
  // Which key of another workspace it is, is nothing that a confined caller may learn.
  if (code === 'wrong_workspace' && ctx.workspaceId) return { ...REFUSED, code, scopes: [] };
  return {
    valid: decision.code === 'valid',
    code,
    keyId: key.keyId,
    name: key.name,
    scopes: decision.code === 'valid' ? scopeNames(effectiveScopes(index, decision.slot)) : [],
    workspaceId: key.workspaceId,
    memberId: key.ownerId,
    expiresAt: key.expiresAtMs === null ? null : new Date(key.expiresAtMs).toISOString(),
    ...(policies?.limits ? { limits: policies.limits.map(limitView) } : {}),
  };
}

/** A canary key of whichever organization: the answer is that for any key that does not exist. */
function reportCanary(
  { canaries }: Pick<Services, 'canaries'>,
  { key, ip, request }: RouteInput<Routes['verifyKey']>['body'],
  nowMs: number,
): void {
  const named = Object.entries(request?.headers ?? {}).find(([name]) => /^user-agent$/i.test(name));
  const userAgent = named ? [named[1]].flat().join(', ') : '';
  canaries.report('verify', key, { ip: ip ?? null, userAgent: redactSecrets(userAgent) }, nowMs);
}

/** Of a policy that is stored. */
function limitView({ id, count, unit, per }: RateLimit): PolicyLimit {
  return { policyId: id.slice(0, id.indexOf('/')), count, unit, per };
}

/** What the policies say about what all else lets through; they are asked where a request is given. */
function askPolicies(
  { services, organizationId, workspaceId: own }: Asker,
  { key, ip = '', workspaceId, request }: RouteInput<Routes['verifyKey']>['body'],
  { code, slot }: Decision,
  nowMs: number,
): CallDecision | undefined {
  if (!request || code !== 'valid') return undefined;
  const { gateway: name = '', labels = {} } = request;
  const place = {
    index: services.keys.index(),
    organizationId,
    workspaceId: own ?? workspaceId ?? '',
    gateway: { name, labels },
  };
  const question = { environment: environmentOf(key), ip, call: callFacts(request) };
  return decideCall(place, slot, question, nowMs);
}

/** What the policies that were asked ask about the scopes of the key. */
function consideredScopes(
  { services, organizationId, workspaceId: own }: Asker,
  { key, workspaceId }: RouteInput<Routes['verifyKey']>['body'],
  { slot }: Decision,
): ConsideredScopes | undefined {
  const secret = { slot, environment: environmentOf(key) };
  const place = { organizationId, workspaceId: own ?? workspaceId ?? '' };
  return scopesConsidered(services.keys.index(), secret, place);
}

export function callFacts(request: PolicyRequestInput): CallFacts {
  const { method, path, host = '', route = '', headers = {}, model, mcp } = request;
  const rawHeaders = Object.entries(headers).flat();
  return { method, path, host, routePath: route, rawHeaders, body: { model, mcp } };
}

/** A question about a place that is none has no answer; `valid` would be a wrong one. */
function requireMeaningful(
  { services, organizationId, workspaceId: own }: Asker,
  { workspaceId, ip, request }: RouteInput<Routes['verifyKey']>['body'],
): void {
  if (workspaceId !== undefined) {
    const isVisible = services.keys.workspaces().get(workspaceId) === organizationId;
    if (!isVisible || (own !== null && own !== workspaceId)) {
      throw notFound('workspace', workspaceId);
    }
  }
  if (request && (own ?? workspaceId) === undefined) {
    throw invalidField(
      'workspaceId',
      'must be given with a request: policies belong to workspaces',
    );
  }
  if (ip !== undefined && !parseIpAddress(ip)) {
    throw invalidField('ip', `must be an IPv4 or IPv6 address; "${ip}" is not`);
  }
}
