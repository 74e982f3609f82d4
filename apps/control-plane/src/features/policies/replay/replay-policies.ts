import { setImmediate } from 'node:timers/promises';
import {
  type PolicyReplay,
  REPLAYED_KEYS_MAX,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { environmentOf, type GatewayFacts } from '@tollkeeper/gateway-core';
import { type CountedCall, findSecret, type PartialOutcome, principalOf } from '@tollkeeper/verify';
import { and, eq } from 'drizzle-orm';
import { holds } from '../../../access/require-scope.ts';
import type { Ctx } from '../../../context.ts';
import { gateway } from '../../../db/schema/index.ts';
import { DomainError, invalidField } from '../../../domain-error.ts';
import { requirePlace } from '../require-place.ts';
import { type CountedRow, readCounts } from './read-counts.ts';
import { type EditEffect, effectOf, readEdit } from './read-edit.ts';

type Body = RouteInput<Routes['replayPolicies']>['body'];

/** How many statements are evaluated for one question, in 2 seconds or so. Other calls are unknown. */
const EVALUATIONS_MAX = 200_000;
const ROWS_MAX = 50_000;
/** Others are answered in between. */
const PAUSE_MS = 5;

/** Organizations that ask now: an answer can take seconds of the server. */
const asking = new Set<string>();

/**
 * Which calls that were counted as allowed the edit of a policy would have refused, as far as that is
 * known (docs/decisions/0031): nothing is stored.
 * @throws DomainError not_found, insufficient_scope, validation_failed, policy_invalid, rate_limited
 */
export async function replayPolicies(ctx: Ctx, { body }: { body: Body }): Promise<PolicyReplay> {
  const edit = await readEdit(ctx, body.policy);
  const workspaceId = requirePlace(ctx, body.workspaceId ?? edit.workspaceId, 'the policy');
  if (edit.workspaceId !== null && edit.workspaceId !== workspaceId) {
    throw invalidField('policy.id', 'must be of a policy that applies in the workspace');
  }
  if (asking.has(ctx.organizationId)) {
    throw new DomainError('rate_limited', 'Another replay of the organization is running.', {
      retryAfterS: 2,
    });
  }
  asking.add(ctx.organizationId);
  try {
    return await replay(ctx, workspaceId, edit);
  } finally {
    asking.delete(ctx.organizationId);
  }
}

async function replay(
  ctx: Ctx,
  workspaceId: string,
  edit: Awaited<ReturnType<typeof readEdit>>,
): Promise<PolicyReplay> {
  await ctx.services.changeFeed.catchUp();
  const effect = effectOf(ctx, workspaceId, edit);
  const statements = effect.forbids.length + (effect.permits?.length ?? 0);
  const rowsMax = Math.min(ROWS_MAX, Math.floor(EVALUATIONS_MAX / Math.max(1, statements)));
  const { calls, rows, isOwnOnly } = await readCounts(ctx, workspaceId, rowsMax);
  const gateways = await readGateways(ctx, workspaceId);
  const principals = new Map<string, ReturnType<typeof principalFor>>();
  const keys = new Map<string, PolicyReplay['keys'][number]>();
  let [refused, unknown] = [0, calls - sumOf(rows)];
  let startedMs = performance.now();
  for (const row of rows) {
    if (!principals.has(row.keyId)) principals.set(row.keyId, principalFor(ctx, row));
    const outcome = outcomeOf(effect, countedCall(row, principals.get(row.keyId), gateways));
    if (outcome === 'unknown') unknown += row.calls;
    if (outcome === 'applies') {
      refused += row.calls;
      const known = keys.get(row.keyId)?.refused ?? 0;
      keys.set(row.keyId, { keyId: row.keyId, name: row.name, refused: known + row.calls });
    }
    if (performance.now() - startedMs < PAUSE_MS) continue;
    await setImmediate();
    startedMs = performance.now();
  }
  const most = [...keys.values()].sort((a, b) => b.refused - a.refused);
  const named = most.slice(0, REPLAYED_KEYS_MAX);
  const counts = { calls, refused, unknown, keysRefused: keys.size };
  return { workspaceId, ...counts, ...(isOwnOnly ? { isOwnOnly } : {}), keys: named };
}

/** Whether the edit refuses the call, which was allowed. */
function outcomeOf(
  { forbids, permits }: EditEffect,
  call: CountedCall | undefined,
): PartialOutcome {
  if (forbids.length === 0 && !permits) return 'does_not_apply';
  if (!call) return 'unknown';
  const forbidden = anyOf(forbids.map((each) => each.outcomeOf(call)));
  if (forbidden === 'applies' || !permits) return forbidden;
  const permitted = anyOf(permits.map((each) => each.outcomeOf(call)));
  if (permitted === 'does_not_apply') return 'applies';
  return permitted === 'unknown' ? 'unknown' : forbidden;
}

function anyOf(outcomes: readonly PartialOutcome[]): PartialOutcome {
  if (outcomes.includes('applies')) return 'applies';
  return outcomes.includes('unknown') ? 'unknown' : 'does_not_apply';
}

/** Undefined where the key is not in force any more, so that nothing is known of it. */
function principalFor({ services }: Ctx, { hash, prefix }: CountedRow) {
  const index = services.keys.index();
  const slot = hash === null ? -1 : findSecret(index, hash);
  return slot < 0 ? undefined : principalOf(index, slot, environmentOf(prefix));
}

/** Undefined for calls of no kind. */
function countedCall(
  { method, route, gatewayId }: CountedRow,
  principal: CountedCall['principal'] | undefined,
  gateways: ReadonlyMap<string, GatewayFacts>,
): CountedCall | undefined {
  if (method === '' || !principal) return undefined;
  return { principal, method, routePath: route, gateway: gateways.get(gatewayId) };
}

/**
 * As people describe them now. A text can ask everything about a gateway: to a caller who may not read
 * gateways, what it asks is unknown.
 */
async function readGateways(
  { organizationId, scopes, services }: Ctx,
  workspaceId: string,
): Promise<ReadonlyMap<string, GatewayFacts>> {
  if (!holds(scopes, 'fleet.read')) return new Map();
  const { id, name, labels } = gateway;
  const rows = await services.db
    .select({ id, name, labels })
    .from(gateway)
    .where(and(eq(gateway.organizationId, organizationId), eq(gateway.workspaceId, workspaceId)));
  return new Map(rows.map((row) => [row.id, { name: row.name, labels: row.labels }]));
}

function sumOf(rows: readonly CountedRow[]): number {
  return rows.reduce((sum, { calls }) => sum + calls, 0);
}
