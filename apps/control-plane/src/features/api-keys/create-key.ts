import {
  type ApiKeyWithSecret,
  createId,
  type Profile,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { createSecret, displayPrefix, hashSecret } from '@tollkeeper/verify';
import { callingKeyId } from '../../access/creating-key.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { awaitAtCommit } from '../../db/transaction.ts';
import { idempotent } from '../../write/idempotent.ts';
import { type Written, write } from '../../write/write.ts';
import { type Reach, requireMayGrant } from './ceiling.ts';
import { defaultExpiry } from './expiry-rules.ts';
import { insertKey } from './insert-key.ts';
import { keyFacts, keyView } from './key-view.ts';
import {
  type CreationFacts,
  type CreationRow,
  creationFacts,
  lockCreation,
} from './lock-creation.ts';
import type { KeyRow } from './lock-key.ts';
import { parseAllowedIps } from './parse-allowed-ips.ts';
import { parseExpiry } from './parse-expiry.ts';
import { requirePlace } from './plan-limit.ts';
import { resolveScopes } from './resolve-scopes.ts';
import { resolveWorkspace } from './resolve-workspace.ts';

type Body = RouteInput<Routes['createKey']>['body'];

/**
 * Creates a key of the calling member. What is left out falls back to the calling key's own
 * bounds and the organization's default, so that a key can always make a key like itself.
 * @throws DomainError validation_failed, scope_not_held, ceiling_exceeded,
 * recent_sign_in_required, plan_limit_reached
 */
export function createKey(ctx: Ctx, { body }: { body: Body }): Promise<ApiKeyWithSecret> {
  return write<ApiKeyWithSecret, CreationRow>(
    ctx,
    { scope: 'api_keys.create', action: 'api_key.create', read: lockCreation, optimistic: true },
    async (tx, confirmed, row) => {
      const facts = creationFacts(confirmed, row);
      return idempotent(
        tx,
        confirmed,
        { route: 'createKey', body },
        (): Promise<Written<ApiKeyWithSecret>> => makeKey(tx, confirmed, body, facts),
        ({ secret: _secret, ...key }) => key,
      );
    },
  );
}

async function makeKey(tx: Transaction, ctx: Ctx, body: Body, facts: CreationFacts) {
  const { row, environment } = await resolveKey(tx, ctx, body, facts);
  await requirePlace(tx, ctx, facts.plan);
  const secret: string = createSecret(`tk_${environment}_`, ctx.services.randomBytes);
  const key: KeyRow = { ...row, prefix: displayPrefix(secret) };
  awaitAtCommit(tx, insertKey(tx, key, Buffer.from(hashSecret(secret))));
  return {
    result: { ...viewOf(key, facts), secret },
    target: { type: 'api_key' as const, id: key.id, name: key.name },
    before: null,
    after: keyFacts(key),
    changes: [{ kind: 'key' as const, subjectId: key.id, workspaceId: key.workspaceId }],
  };
}

/** What reading the key would answer. */
function viewOf(key: KeyRow, { callerName, ...facts }: CreationFacts) {
  const row = { ...key, ...facts, createdByKeyName: callerName };
  return keyView({ ...row, graceEndsAt: null, disablerName: null }, key.createdAt);
}

async function resolveKey(tx: Transaction, ctx: Ctx, body: Body, facts: CreationFacts) {
  const now = ctx.services.clock();
  const profile: Profile = body.profile;
  const scopes = resolveScopes(ctx, profile, body.scopes);
  const { workspaceId, environment } = await resolveWorkspace(tx, ctx, profile, body.workspaceId);
  const bounds = await resolveBounds(tx, ctx, body, facts, { scopes, workspaceId });
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
    createdByKeyId: callingKeyId(ctx),
    createdAt: now,
    lastUsedAt: null,
    handedOverAt: null,
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
  facts: CreationFacts,
  reach: Pick<Reach, 'scopes' | 'workspaceId'>,
) {
  const { ceiling } = facts;
  const now = ctx.services.clock();
  const expiresAt =
    body.expiresAt === undefined
      ? defaultExpiry(facts, ceiling, now)
      : parseExpiry(body.expiresAt, now, facts, { createdAt: now });
  const allowedIps = body.allowedIps
    ? parseAllowedIps(body.allowedIps)
    : [...(ceiling?.allowedIps ?? [])];
  const bounds = { expiresAt, requestedExpiresAt: expiresAt, allowedIps };
  await requireMayGrant(tx, ctx, { ...reach, ...bounds }, ceiling);
  return bounds;
}
