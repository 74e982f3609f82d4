import { isScope, type JoinKeyBlock } from '@tollkeeper/contract';
import { includes, type ScopeSet, scopeSet } from '@tollkeeper/verify';
import { type apiKey, member } from '../db/schema/index.ts';
import { creatingKey } from './creating-key.ts';
import { type HeldRole, heldRoleColumns, roleScopes } from './role-scopes.ts';

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
