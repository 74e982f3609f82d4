import type { PolicyLimit, PolicySimulation, RouteInput, Routes } from '@tollkeeper/contract';
import { parseScope, publicDecisionCode, type Scope } from '@tollkeeper/contract';
import { decideCall, environmentOf, explainCall } from '@tollkeeper/gateway-core';
import {
  decideHash,
  effectiveScopes,
  findSecret,
  type KeyIndex,
  missing,
  parseIpAddress,
  policiesIn,
  policiesOf,
  type RateLimit,
  type StoredPolicy,
  scopeNames,
  scopeSet,
  withPolicies,
  wouldDeny,
} from '@tollkeeper/verify';
import { and, eq, isNull } from 'drizzle-orm';
import { requireScope } from '../../access/require-scope.ts';
import { appliesIn, visibleKeys, visiblePolicies } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import { apiKey, apiKeySecret, policy } from '../../db/schema/index.ts';
import { invalidField, notFound } from '../../domain-error.ts';
import { createLimitedTurns } from '../../lineage/limited-turns.ts';
import { callFacts } from '../api-keys/index.ts';
import { checkFor, requireValid } from './check-for.ts';
import { requirePlace } from './require-place.ts';
import { isKnownGateway, warningsOf } from './simulation-warnings.ts';

type Body = RouteInput<Routes['simulatePolicies']>['body'];

/** In place of an id, for a draft that replaces no policy. */
const DRAFT = 'draft';

/**
 * Decides as a gateway would, about a call that nobody made: nothing is counted and nothing is stored.
 * @throws DomainError not_found, insufficient_scope, validation_failed, policy_invalid, unavailable,
 * rate_limited
 */
export async function simulatePolicies(
  ctx: Ctx,
  { body }: { body: Body },
): Promise<PolicySimulation> {
  const key = await findKey(ctx, body.keyId);
  const place = {
    organizationId: ctx.organizationId,
    workspaceId: requirePlace(ctx, body.workspaceId ?? key.workspaceId, 'the key'),
  };
  const ip = requireAddress(ctx, body.ip);
  const timeMs = body.time === undefined ? undefined : requireTime(body.time);
  const draft = body.policy && (await readDraft(ctx, place, body.policy));
  const names = await readNames(ctx, place);
  const isGatewayKnown = await isKnownGateway(ctx, place.workspaceId, body.request.gateway);
  await ctx.services.changeFeed.catchUp();
  // What is decided with must be of one moment: nothing waits from here on.
  return inTurn(ctx.services.db, place.organizationId, () => {
    const saved = policiesIn(ctx.services.keys.index(), place.organizationId, place.workspaceId);
    const policies = draft
      ? [...saved.filter(({ policyId }) => policyId !== draft.policyId), draft]
      : saved;
    const nowMs = timeMs ?? ctx.services.clock().getTime();
    const index = withPolicies(ctx.services.keys.index(), policies);
    const { effects, ...decided } = decideAll({ index, key, place, ip, policies, body, nowMs });
    return {
      ...decided,
      ...warningsOf(body.request, policies, isGatewayKnown),
      keyId: key.id,
      workspaceId: place.workspaceId,
      ip,
      time: new Date(nowMs).toISOString(),
      headers: headersOf(index, place),
      policies: policies.map(({ policyId, workspaceId, mode }) => ({
        id: policyId === DRAFT ? null : policyId,
        name: names.get(policyId) ?? null,
        workspaceId,
        mode,
        isDraft: policyId === draft?.policyId,
        ...(effects.get(policyId) ?? { effect: 'does_not_match', determines: false }),
      })),
    };
  });
}

/** The policies of a workspace can take a tenth of a second to compile: everything else has turns in between. */
const inTurn = createLimitedTurns('calls are simulated');

interface Key {
  readonly id: string;
  readonly workspaceId: string | null;
  readonly environment: 'live' | 'test';
  /** Of its newest secret. */
  readonly hash: Uint8Array;
}

/**
 * A policy can ask everything about a key, its scopes in force and the role of its owner: a draft
 * answers what other routes show, to those who may call them.
 * @throws DomainError not_found, insufficient_scope
 */
async function findKey(ctx: Ctx, id: string): Promise<Key> {
  const isCaller = ctx.actor.type === 'key' && ctx.actor.keyId === id;
  if (!isCaller) requireScope(ctx, 'api_keys.read');
  const { workspaceId, memberId, prefix } = apiKey;
  const [row] = await ctx.services.db
    .select({ workspaceId, memberId, prefix, hash: apiKeySecret.hash })
    .from(apiKey)
    .innerJoin(apiKeySecret, and(eq(apiKeySecret.keyId, apiKey.id), isNull(apiKeySecret.retiresAt)))
    .where(and(visibleKeys(ctx), eq(apiKey.id, id)));
  if (!row) throw notFound('API key', id);
  if (row.memberId !== ctx.actor.memberId) requireScope(ctx, 'members.read');
  return {
    id,
    workspaceId: row.workspaceId,
    environment: environmentOf(row.prefix),
    hash: row.hash,
  };
}

/** @throws DomainError validation_failed */
function requireAddress({ origin }: Ctx, given: string | undefined): string {
  const ip = given ?? origin.ip;
  if (ip === null) throw invalidField('ip', 'must be given: yours is not known');
  if (parseIpAddress(ip)) return ip;
  throw invalidField('ip', `must be an IPv4 or IPv6 address; "${ip}" is not`);
}

/** @throws DomainError validation_failed */
function requireTime(text: string): number {
  const timeMs = Date.parse(text);
  const year = new Date(timeMs).getUTCFullYear();
  // An offset can move the first and the last day out of the years that have four digits.
  if (year >= 0 && year <= 9999) return timeMs;
  throw invalidField('time', 'must be in the years 0000 to 9999, in UTC');
}

function headersOf(index: KeyIndex, { organizationId, workspaceId }: Place): string[] {
  const { enforced, shadow } = policiesOf(index.policies, organizationId, workspaceId);
  return [...new Set([...enforced.headers, ...(shadow?.headers ?? [])])].sort();
}

interface Place {
  readonly organizationId: string;
  readonly workspaceId: string;
}

/** @throws DomainError not_found, validation_failed, policy_invalid, rate_limited */
async function readDraft(
  ctx: Ctx,
  place: Place,
  { id, text, mode = 'enforce' }: NonNullable<Body['policy']>,
): Promise<StoredPolicy> {
  const workspaceId = id === undefined ? place.workspaceId : await readPlace(ctx, id);
  if (workspaceId !== null && workspaceId !== place.workspaceId) {
    throw invalidField('policy.id', 'must be of a policy that applies in the workspace');
  }
  const checked = await checkFor(ctx, text);
  requireValid(checked, 'policy.text');
  const { statements } = checked;
  const { organizationId } = place;
  return { policyId: id ?? DRAFT, organizationId, workspaceId, mode, statements };
}

async function readPlace(ctx: Ctx, id: string): Promise<string | null> {
  const [row] = await ctx.services.db
    .select({ workspaceId: policy.workspaceId })
    .from(policy)
    .where(and(visiblePolicies(ctx), eq(policy.id, id)));
  if (!row) throw notFound('policy', id);
  return row.workspaceId;
}

async function readNames(ctx: Ctx, { workspaceId }: Place): Promise<ReadonlyMap<string, string>> {
  const rows = await ctx.services.db
    .select({ id: policy.id, name: policy.name })
    .from(policy)
    .where(and(visiblePolicies(ctx), appliesIn(workspaceId)));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

interface Simulated {
  readonly index: KeyIndex;
  readonly key: Key;
  readonly place: Place;
  readonly ip: string;
  readonly policies: readonly StoredPolicy[];
  readonly body: Body;
  readonly nowMs: number;
}

type Said = Pick<PolicySimulation['policies'][number], 'effect' | 'determines'>;

function decideAll({ index, key, place, ip, policies, body, nowMs }: Simulated) {
  const required = scopeSet(['apis.call', ...(body.scopes ?? []).map(parseScope)]);
  const decided = decideHash(index, key.hash, { ...place, ip, scopes: required }, nowMs);
  const slot = findSecret(index, key.hash);
  const { gateway: name = '', labels = {} } = body.request;
  const keys = { index, ...place, gateway: { name, labels } };
  const question = { environment: key.environment, ip, call: callFacts(body.request) };
  const asked = decided.code === 'valid' ? decideCall(keys, slot, question, nowMs) : undefined;
  const code = asked?.decision === 'deny' ? 'policy_denied' : decided.code;
  const effects = slot < 0 ? [] : explainCall(keys, slot, question, policies, nowMs);
  const lacked = (): Scope[] => scopeNames(missing(effectiveScopes(index, slot), required));
  const denied = new Set<string>();
  for (const id of asked?.decision === 'deny' ? (asked.enforced?.determining ?? []) : []) {
    denied.add(policyOf(id));
  }
  return {
    code: publicDecisionCode(code),
    wouldDeny: asked !== undefined && wouldDeny(asked),
    missingScopes: code === 'insufficient_scope' ? lacked() : [],
    isPathAmbiguous: asked?.lacking === 'path',
    ...(asked?.limits ? { limits: asked.limits.map(limitView) } : {}),
    effects: new Map(
      [...effects].map(([id, effect]): [string, Said] => {
        // Of another reading of the path, which the decision considers.
        if (denied.has(id)) return [id, { effect: 'forbids', determines: true }];
        const isEnforced = policies.find(({ policyId }) => policyId === id)?.mode === 'enforce';
        const determines = code === 'valid' && isEnforced && effect === 'permits';
        return [id, { effect, determines }];
      }),
    ),
  };
}

function limitView({ id, count, unit, per }: RateLimit): PolicyLimit {
  const policyId = id.slice(0, id.indexOf('/'));
  return { policyId: policyId === DRAFT ? null : policyId, count, unit, per };
}

/** Statements are named `<policy>/<number>`. */
function policyOf(statementId: string): string {
  return statementId.slice(0, statementId.lastIndexOf('/'));
}
