import {
  createId,
  PROFILE_CATALOG,
  PROFILE_SCOPES,
  type Profile,
  type RouteInput,
  type RouteOutput,
  type Routes,
  type Scope,
} from '@tollkeeper/contract';
import { createSecret, displayPrefix, hashSecret } from '@tollkeeper/verify';
import { callingKeyId } from '../../access/creator.ts';
import { parseScopes } from '../../access/parse-scopes.ts';
import { holds } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { defineUnawaitedWrite } from '../../db/statement.ts';
import { awaitAtCommit } from '../../db/transaction.ts';
import { invalidField } from '../../domain-error.ts';
import { idempotent } from '../../write/idempotent.ts';
import { type Written, write } from '../../write/write.ts';
import { fillKeyLimit, noteKeyLimit, requirePlace } from '../billing/index.ts';
import { findOnlyWorkspace, getWorkspace } from '../workspaces/index.ts';
import { type Reach, requireMayGrant } from './ceiling.ts';
import { defaultExpiry, isUnlimited, parseExpiry } from './expiry-rules.ts';
import { keyFacts, keyView } from './key-view.ts';
import {
  type CreationFacts,
  type CreationRow,
  creationFacts,
  lockCreation,
} from './lock-creation.ts';
import type { KeyRow } from './lock-key.ts';
import { parseAllowedIps } from './parse-allowed-ips.ts';
import { parseTags } from './parse-tags.ts';

type Body = RouteInput<Routes['createKey']>['body'];
type Created = RouteOutput<Routes['createKey']>;

/**
 * Creates a key of the calling member. What is left out falls back to the calling key's own
 * bounds and the organization's default, so that a key can always make a key like itself.
 * @throws DomainError validation_failed, scope_not_held, ceiling_exceeded,
 * recent_sign_in_required, plan_limit_reached
 */
export async function createKey(ctx: Ctx, { body }: { body: Body }): Promise<Created> {
  const created = await write<Created, CreationRow>(
    ctx,
    { scope: 'api_keys.create', action: 'api_key.create', read: lockCreation, optimistic: true },
    async (tx, confirmed, row) => {
      const facts = creationFacts(confirmed, row);
      return idempotent(
        tx,
        confirmed,
        { route: 'createKey', body },
        (): Promise<Written<Created>> => makeKey(tx, confirmed, body, facts),
        ({ secret: _secret, limit, ...key }) => (limit === null ? { ...key, limit } : key),
      );
    },
  );
  await noteKeyLimit(ctx, created.limit);
  return created;
}

async function makeKey(tx: Transaction, ctx: Ctx, body: Body, facts: CreationFacts) {
  const { row, environment } = await resolveKey(tx, ctx, body, facts);
  await requirePlace(tx, ctx, facts);
  const secret: string = createSecret(`tk_${environment}_`, ctx.services.randomBytes);
  const key: KeyRow = { ...row, prefix: displayPrefix(secret) };
  awaitAtCommit(tx, insertKey(tx, key, Buffer.from(hashSecret(secret))));
  const result: Created = { ...viewOf(key, facts), secret };
  fillKeyLimit(tx, ctx, facts, result);
  const { id, name, workspaceId } = key;
  return {
    result,
    target: { type: 'api_key' as const, id, name, workspaceId },
    before: null,
    after: keyFacts(key),
    changes: [{ kind: 'key' as const, subjectId: id, workspaceId }],
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
  const isBare = body.canary && profile === 'custom' && body.scopes === undefined;
  const scopes = isBare ? [] : await resolveScopes(tx, ctx, profile, body.scopes);
  const { workspaceId, environment } = await resolveWorkspace(tx, ctx, profile, body.workspaceId);
  const bounds = await resolveBounds(tx, ctx, body, facts, { scopes, workspaceId });
  const row = {
    id: createId('apiKey', ctx.services.randomBytes),
    organizationId: ctx.organizationId,
    memberId: ctx.actor.memberId,
    workspaceId,
    name: body.name,
    canary: body.canary ?? false,
    status: 'active' as const,
    profile,
    scopes,
    ...bounds,
    createdByKeyId: callingKeyId(ctx),
    leadsOn: false,
    createdAt: now,
    lastUsedAt: null,
    handedOverAt: null,
    enabledAt: null,
    ...{ disabledAt: null, disabledBy: null, revokedAt: null, revokeReason: null },
  };
  return { row, environment };
}

/** Until when, from where and with which tags, within what the calling key and the organization allow. */
async function resolveBounds(
  tx: Transaction,
  ctx: Ctx,
  body: Body,
  facts: CreationFacts,
  reach: Pick<Reach, 'scopes' | 'workspaceId'>,
) {
  const { ceiling } = facts;
  const now = ctx.services.clock();
  const isEndless = body.canary && isUnlimited(facts, ceiling);
  const asked = isEndless ? (body.expiresAt ?? null) : body.expiresAt;
  const expiresAt =
    asked === undefined
      ? defaultExpiry(facts, ceiling, now)
      : parseExpiry(asked, now, facts, { createdAt: now });
  const allowedIps = body.allowedIps
    ? parseAllowedIps(body.allowedIps)
    : [...(ceiling?.allowedIps ?? [])];
  const tags = body.tags ? parseTags(body.tags) : [...(ceiling?.tags ?? [])];
  const bounds = { expiresAt, requestedExpiresAt: expiresAt, allowedIps, tags };
  await requireMayGrant(tx, ctx, { ...reach, ...bounds, scopesNamed: true }, ceiling);
  return bounds;
}

const insertAll = defineUnawaitedWrite<never, unknown[]>(
  'insert-key',
  `with key as (
    insert into api_key (id, organization_id, workspace_id, member_id, name, prefix, status,
      profile, scopes, allowed_ips, created_at, expires_at, requested_expires_at,
      created_by_key_id, tags, canary)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $17)
  ), secret as (
    insert into api_key_secret (hash, organization_id, key_id, created_at)
    values ($16, $2, $1, $11)
  )
  insert into key_total (organization_id, member_id, workspace_id, created)
  values ($2, $4, coalesce($3, ''), 1)
  on conflict (organization_id, member_id, workspace_id)
  do update set created = key_total.created + 1`,
);

/** Stores a new key with its secret's hash, and counts it in the total that survives the key. */
async function insertKey(tx: Transaction, key: KeyRow, hash: Buffer): Promise<void> {
  await insertAll(tx, [
    key.id,
    key.organizationId,
    key.workspaceId,
    key.memberId,
    key.name,
    key.prefix,
    key.status,
    key.profile,
    key.scopes,
    key.allowedIps,
    key.createdAt.toISOString(),
    key.expiresAt?.toISOString() ?? null,
    key.requestedExpiresAt?.toISOString() ?? null,
    key.createdByKeyId,
    key.tags,
    hash,
    key.canary,
  ]);
}

/**
 * The scopes that a key of the profile gets from this creator, sorted. A preset gives the part
 * that the creator holds; a custom set is taken whole (the ceiling is checked by the caller).
 * @throws DomainError validation_failed for a set that is empty, unknown or repeats itself
 */
async function resolveScopes(
  tx: Transaction,
  ctx: Ctx,
  profile: Profile,
  asked: readonly string[] | undefined,
): Promise<Scope[]> {
  if (profile === 'custom') {
    if (!asked) throw invalidField('scopes', 'is needed with the profile "custom"');
    return parseScopes(tx, ctx, asked);
  }
  if (asked) throw invalidField('scopes', `goes only with the profile "custom", not "${profile}"`);
  const held = PROFILE_SCOPES[profile].filter((scope) => holds(ctx.scopes, scope));
  if (held.length === 0) {
    throw invalidField(
      'profile',
      `"${profile}" would give a key without scopes: you hold none of them`,
    );
  }
  return held.toSorted();
}

interface Place {
  readonly workspaceId: string | null;
  readonly environment: 'live' | 'test';
}

/**
 * The workspace that will confine a key of the profile, and whether its keys are live or test.
 * @param asked undefined leaves the choice: the caller's own workspace, or the only one
 * @throws DomainError not_found, validation_failed
 */
async function resolveWorkspace(
  tx: Transaction,
  ctx: Ctx,
  profile: Profile,
  asked: string | null | undefined,
): Promise<Place> {
  const { confinement } = PROFILE_CATALOG[profile];
  if (confinement === 'forbidden') {
    if (asked)
      throw invalidField(
        'workspaceId',
        `cannot be used with the profile "${profile}", which no workspace confines`,
      );
    return { workspaceId: null, environment: 'live' };
  }
  const id = asked ?? (asked === null && confinement === 'optional' ? null : ctx.workspaceId);
  if (id) return getWorkspace(tx, ctx, id);
  if (confinement === 'optional') return { workspaceId: null, environment: 'live' };
  return onlyWorkspace(tx, ctx, profile);
}

async function onlyWorkspace(tx: Transaction, ctx: Ctx, profile: Profile): Promise<Place> {
  const only = await findOnlyWorkspace(tx, ctx);
  if (only) return only;
  throw invalidField(
    'workspaceId',
    `is needed with the profile "${profile}": the organization has several workspaces, which GET /v1/workspaces lists`,
  );
}
