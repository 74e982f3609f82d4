import {
  type ApiKeyWithSecret,
  createId,
  type Profile,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { createSecret, displayPrefix, hashSecret } from '@tollkeeper/verify';
import { sql } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { apiKey, apiKeySecret, keyTotal } from '../../db/schema/index.ts';
import type { Ctx } from '../../kernel/context.ts';
import { callingKeyId } from '../../kernel/creating-key.ts';
import { idempotent } from '../../kernel/idempotent.ts';
import { type Written, write } from '../../kernel/write.ts';
import { findCeiling, type Reach, requireWithinCeiling } from './ceiling.ts';
import { defaultExpiry, lockExpiryRules } from './expiry-rules.ts';
import { keyFacts, readKey } from './key-view.ts';
import type { KeyRow } from './lock-key.ts';
import { parseAllowedIps } from './parse-allowed-ips.ts';
import { parseExpiry } from './parse-expiry.ts';
import { requirePlaceInPlan } from './plan-limit.ts';
import { resolveScopes } from './resolve-scopes.ts';
import { resolveWorkspace } from './resolve-workspace.ts';

type Body = RouteInput<Routes['createKey']>['body'];

/**
 * Creates a key of the calling member. What is left out falls back to the calling key's own
 * bounds and the organization's default, so that a key can always make a key like itself.
 * @throws DomainError validation_failed, scope_not_held, ceiling_exceeded, plan_limit_reached
 */
export function createKey(ctx: Ctx, { body }: { body: Body }): Promise<ApiKeyWithSecret> {
  return write<ApiKeyWithSecret>(
    ctx,
    { scope: 'api_keys.create', action: 'api_key.create' },
    (tx, confirmed) =>
      idempotent(
        tx,
        confirmed,
        { route: 'createKey', body },
        (): Promise<Written<ApiKeyWithSecret>> => insertKey(tx, confirmed, body),
        ({ secret: _secret, ...key }) => key,
      ),
  );
}

async function insertKey(tx: Transaction, ctx: Ctx, body: Body) {
  const { row, environment } = await resolveKey(tx, ctx, body);
  await requirePlaceInPlan(tx, ctx);
  const secret: string = createSecret(`tk_${environment}_`, ctx.services.randomBytes);
  const key: KeyRow = { ...row, prefix: displayPrefix(secret) };
  await tx.insert(apiKey).values(key);
  await tx.insert(apiKeySecret).values({
    hash: Buffer.from(hashSecret(secret)),
    organizationId: key.organizationId,
    keyId: key.id,
    createdAt: key.createdAt,
  });
  await countCreated(tx, key);
  return {
    result: { ...(await readKey(tx, ctx, key.id)), secret },
    target: { type: 'api_key' as const, id: key.id, name: key.name },
    before: null,
    after: keyFacts(key),
    changes: [{ kind: 'key' as const, subjectId: key.id, workspaceId: key.workspaceId }],
  };
}

async function resolveKey(tx: Transaction, ctx: Ctx, body: Body) {
  const now = ctx.services.clock();
  const profile: Profile = body.profile;
  const scopes = resolveScopes(ctx, profile, body.scopes);
  const { workspaceId, environment } = await resolveWorkspace(tx, ctx, profile, body.workspaceId);
  const bounds = await resolveBounds(tx, ctx, body, now, { scopes, workspaceId });
  const row = {
    id: createId('apiKey', ctx.services.randomBytes),
    organizationId: ctx.organizationId,
    memberId: ctx.actor.memberId,
    workspaceId,
    name: body.name,
    status: 'active' as const,
    profile,
    scopes,
    ...bounds,
    requestedExpiresAt: bounds.expiresAt,
    createdByKeyId: callingKeyId(ctx),
    createdAt: now,
    lastUsedAt: null,
    enabledAt: null,
    unusedWarnedAt: null,
    disabledAt: null,
    disabledBy: null,
    revokedAt: null,
    revokeReason: null,
  };
  return { row, environment };
}

/** Until when and from where, within what the calling key and the organization allow. */
async function resolveBounds(
  tx: Transaction,
  ctx: Ctx,
  body: Body,
  now: Date,
  reach: Pick<Reach, 'scopes' | 'workspaceId'>,
) {
  const ceiling = await findCeiling(tx, ctx);
  const rules = await lockExpiryRules(tx, ctx);
  const expiresAt =
    body.expiresAt === undefined
      ? defaultExpiry(rules, ceiling, now)
      : parseExpiry(body.expiresAt, now, rules, { createdAt: now });
  const allowedIps = body.allowedIps
    ? parseAllowedIps(body.allowedIps)
    : [...(ceiling?.allowedIps ?? [])];
  requireWithinCeiling(ctx, ceiling, { ...reach, expiresAt, allowedIps });
  return { expiresAt, allowedIps };
}

/** The total survives the key, so that deleted keys stay counted. */
async function countCreated(tx: Transaction, key: KeyRow): Promise<void> {
  await tx
    .insert(keyTotal)
    .values({
      organizationId: key.organizationId,
      memberId: key.memberId,
      workspaceId: key.workspaceId ?? '',
      created: 1,
    })
    .onConflictDoUpdate({
      target: [keyTotal.organizationId, keyTotal.memberId, keyTotal.workspaceId],
      set: { created: sql`${keyTotal.created} + 1` },
    });
}
