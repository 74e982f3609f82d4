import { isScope, type JoinKeyBlock } from '@tollkeeper/contract';
import { includes, scopeSet } from '@tollkeeper/verify';
import { and, eq } from 'drizzle-orm';
import { apiKey, joinKey, member } from '../../db/schema/index.ts';
import { type HeldRole, heldRoleColumns, roleScopes } from '../../kernel/role-scopes.ts';

const MANAGE_FLEET = scopeSet(['fleet.manage']);

/** Of a query that joins the member, and left-joins `role` on `customRole`, `apiKey` on `makingKey`. */
export const makerColumns = {
  status: member.status,
  ...heldRoleColumns,
  keyStatus: apiKey.status,
  keyScopes: apiKey.scopes,
  keyExpiresAt: apiKey.expiresAt,
  keyWorkspaceId: apiKey.workspaceId,
};

/** Where the API key that made a join key stands; no row when none did, and when it was deleted. */
export const makingKey = and(
  eq(apiKey.id, joinKey.apiKeyId),
  eq(apiKey.organizationId, joinKey.organizationId),
);

interface Maker extends HeldRole {
  readonly status: typeof member.$inferSelect.status;
  readonly keyStatus: typeof apiKey.$inferSelect.status | null;
  readonly keyScopes: readonly string[] | null;
  readonly keyExpiresAt: Date | null;
  readonly keyWorkspaceId: string | null;
}

/**
 * Why the join key's maker could not make it now; null when they could. That is the rule: a join key
 * does no more than the member, and the API key, that made it may do at this moment.
 */
export function findBlock(
  maker: Maker,
  made: { readonly apiKeyId: string | null; readonly workspaceId: string },
  now: Date,
): JoinKeyBlock | null {
  if (maker.status !== 'active') return 'maker_inactive';
  if (!includes(roleScopes(maker), MANAGE_FLEET)) return 'maker_may_not';
  if (made.apiKeyId === null) return null;
  if (maker.keyStatus === null) return 'api_key_deleted';
  if (maker.keyStatus === 'revoked') return 'api_key_revoked';
  if (maker.keyStatus === 'disabled') return 'api_key_disabled';
  if (maker.keyExpiresAt && maker.keyExpiresAt <= now) return 'api_key_expired';
  const scopes = scopeSet((maker.keyScopes ?? []).filter(isScope));
  if (!includes(scopes, MANAGE_FLEET)) return 'api_key_may_not';
  const isCovered = maker.keyWorkspaceId === null || maker.keyWorkspaceId === made.workspaceId;
  return isCovered ? null : 'api_key_elsewhere';
}
