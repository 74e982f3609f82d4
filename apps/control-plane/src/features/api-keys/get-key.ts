import { type ApiKeyDetail, publicDecisionCode } from '@tollkeeper/contract';
import { intersect, NO_SCOPES, scopeNames, scopeSet } from '@tollkeeper/verify';
import { eq } from 'drizzle-orm';
import { customRole, heldRoleColumns, roleScopes } from '../../access/role-scopes.ts';
import type { Ctx } from '../../context.ts';
import { member, role } from '../../db/schema/index.ts';
import { readKey } from './key-view.ts';

/** The key, with what it may do now. @throws DomainError not_found */
export async function getKey(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<ApiKeyDetail> {
  const { db, clock } = ctx.services;
  const key = await readKey(db, ctx, params.id);
  const [owner] = await db
    .select({ status: member.status, ...heldRoleColumns })
    .from(member)
    .leftJoin(role, customRole)
    .where(eq(member.id, key.createdBy.memberId));
  const decision = standing(key, owner?.status === 'active', clock());
  const held = owner ? roleScopes(owner) : NO_SCOPES;
  return {
    ...key,
    decision: publicDecisionCode(decision),
    scopesInForce: decision === 'valid' ? scopeNames(intersect(scopeSet(key.scopes), held)) : [],
  };
}

/** The decision's first questions, in its order; the rest depend on the request. */
function standing(
  key: Pick<ApiKeyDetail, 'canary' | 'status' | 'expiresAt'>,
  ownerActive: boolean,
  now: Date,
) {
  if (key.canary) return 'not_found';
  if (key.status !== 'active') return key.status;
  if (key.expiresAt !== null && new Date(key.expiresAt) <= now) return 'expired';
  return ownerActive ? 'valid' : 'owner_inactive';
}
