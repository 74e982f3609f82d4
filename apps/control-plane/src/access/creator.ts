import { type ApiKey, isScope, type JoinKeyBlock } from '@tollkeeper/contract';
import { includes, type ScopeSet, scopeSet } from '@tollkeeper/verify';
import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { alias, type PgColumn } from 'drizzle-orm/pg-core';
import type { Ctx } from '../context.ts';
import { apiKey, member } from '../db/schema/index.ts';
import { holds } from './require-scope.ts';
import { type HeldRole, heldRoleColumns, roleScopes } from './role-scopes.ts';
import { visibleCounts } from './visibility.ts';

/** The API key that created a thing, beside the thing itself in one query. */
export const creatingKey = alias(apiKey, 'creating_key');

/**
 * Of a query that joins the member, and left-joins `role` on `customRole`, and `creatingKey` on
 * `isCreatingKey`.
 */
export const creatorColumns = {
  status: member.status,
  ...heldRoleColumns,
  keyStatus: creatingKey.status,
  keyScopes: creatingKey.scopes,
  keyExpiresAt: creatingKey.expiresAt,
  keyWorkspaceId: creatingKey.workspaceId,
};

type KeyRow = typeof apiKey.$inferSelect;

export interface Creator extends HeldRole {
  readonly status: typeof member.$inferSelect.status;
  readonly keyStatus: KeyRow['status'] | null;
  readonly keyScopes: readonly string[] | null;
  readonly keyExpiresAt: Date | null;
  readonly keyWorkspaceId: string | null;
}

interface Created {
  readonly createdByKeyId: string | null;
  /** Null for what belongs to the whole organization. */
  readonly workspaceId: string | null;
}

/**
 * Why the creator of a join key or an invitation could not create it now; null when they could.
 * That is the rule: what was handed out does no more than the member, and the API key, that handed
 * it out may do at this moment.
 */
export function findBlock(
  creator: Creator,
  created: Created,
  required: ScopeSet,
  now: Date,
): JoinKeyBlock | null {
  if (creator.status !== 'active') return 'creator_inactive';
  if (!includes(roleScopes(creator), required)) return 'creator_may_not';
  if (created.createdByKeyId === null) return null;
  if (creator.keyStatus === null) return 'api_key_deleted';
  if (creator.keyStatus === 'revoked') return 'api_key_revoked';
  if (creator.keyStatus === 'disabled') return 'api_key_disabled';
  if (creator.keyExpiresAt && creator.keyExpiresAt <= now) return 'api_key_expired';
  const scopes = scopeSet((creator.keyScopes ?? []).filter(isScope));
  if (!includes(scopes, required)) return 'api_key_may_not';
  const isCovered =
    creator.keyWorkspaceId === null || creator.keyWorkspaceId === created.workspaceId;
  return isCovered ? null : 'api_key_elsewhere';
}

/** Where a left join finds it; no row when a session created the thing, and once it was deleted. */
export function isCreatingKey(thing: {
  readonly organizationId: PgColumn;
  readonly createdByKeyId: PgColumn;
}): SQL | undefined {
  return and(
    eq(creatingKey.id, thing.createdByKeyId),
    eq(creatingKey.organizationId, thing.organizationId),
  );
}

/** Its name, for callers who may read that key, or use it right now. */
export function creatingKeyName(ctx: Ctx): SQL<string | null> {
  const own = ctx.actor.type === 'key' ? eq(creatingKey.id, ctx.actor.keyId) : sql`false`;
  const readable = holds(ctx.scopes, 'api_keys.read')
    ? (visibleCounts(ctx, creatingKey) ?? sql`true`)
    : sql`false`;
  return sql`case when ${or(own, readable)} then ${creatingKey.name} end`;
}

export function creatingKeyView(id: string | null, name: string | null): ApiKey['createdByKey'] {
  return id === null ? null : { id, name };
}

/** What a thing that is created now records. */
export function callingKeyId({ actor }: Pick<Ctx, 'actor'>): string | null {
  return actor.type === 'key' ? actor.keyId : null;
}
