import { type Member, OWNER_ROLE_ID, type RouteInput, type Routes } from '@tollkeeper/contract';
import { scopeNames } from '@tollkeeper/verify';
import { and, eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import { roleScopes } from '../../access/role-scopes.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { member, role } from '../../db/schema/index.ts';
import { DomainError, notFound } from '../../domain-error.ts';
import { memberFacts } from '../../write/created-facts.ts';
import { requireUnedited } from '../../write/etag.ts';
import { write } from '../../write/write.ts';
import { requireRecentGrant } from '../identity/index.ts';
import { findRole, type KnownRole, requireRoleHeld } from '../roles/index.ts';
import { memberEtag, readMember } from './list-members.ts';
import { lockMember } from './lock-member.ts';

/**
 * Gives the member another role; from the moment this resolves, their sessions and keys are
 * decided by it everywhere.
 * @throws DomainError not_found, invalid_state, edit_conflict, scope_not_held, outside_workspace,
 * recent_sign_in_required
 */
export function updateMember(
  ctx: Ctx,
  { params, body }: RouteInput<Routes['updateMember']>,
): Promise<Member> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'members.role_change', action: 'member.update' } as const;
  return write<Member>(ctx, spec, async (tx, confirmed) => {
    // The role first, then its members: the order in which deleting a role locks them.
    const { id: roleId, scopes } = await grantableRole(tx, confirmed, body.roleId);
    const row = await lockMember(tx, confirmed, params.id, 'change the role of');
    requireUnedited(`member "${row.name}"`, body.etag, memberEtag(row), memberEtag({ roleId }));
    if (row.roleId === roleId) return { replayed: await readMember(tx, confirmed, row.id) };
    await requireRecentGrant(tx, confirmed, scopes, scopeNames(roleScopes(row)));
    await tx.update(member).set({ roleId }).where(eq(member.id, row.id));
    return {
      result: await readMember(tx, confirmed, row.id),
      target: { type: 'member', id: row.id, name: row.name },
      before: memberFacts(row),
      after: memberFacts({ ...row, roleId }),
      changes: [{ kind: 'member', subjectId: row.id }],
    };
  });
}

/** From the moment this resolves, the member's sessions and keys are refused. @throws DomainError */
export function suspendMember(ctx: Ctx, { params }: { params: { id: string } }) {
  return changeStatus(ctx, params.id, 'suspend');
}

/** The member's sessions and keys work again, as far as their role goes now. @throws DomainError */
export function reinstateMember(ctx: Ctx, { params }: { params: { id: string } }) {
  return changeStatus(ctx, params.id, 'reinstate');
}

/**
 * Suspends or reinstates; returns once every process refuses or accepts the member's keys.
 * @throws DomainError not_found, invalid_state, scope_not_held, outside_workspace,
 * recent_sign_in_required to reinstate
 */
function changeStatus(ctx: Ctx, id: string, verb: 'suspend' | 'reinstate'): Promise<Member> {
  requireWholeOrganization(ctx);
  const status = verb === 'suspend' ? 'suspended' : 'active';
  const spec = { scope: 'members.suspend', action: `member.${verb}` } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await lockMember(tx, confirmed, id, verb);
    if (row.status === status) {
      throw new DomainError(
        'invalid_state',
        `Cannot ${verb} "${row.name}": they are already ${status}.`,
      );
    }
    if (verb === 'reinstate') {
      await requireRecentGrant(tx, confirmed, scopeNames(roleScopes(row)));
    }
    await tx.update(member).set({ status }).where(eq(member.id, row.id));
    return {
      result: await readMember(tx, confirmed, row.id),
      target: { type: 'member', id: row.id, name: row.name },
      before: memberFacts(row),
      after: memberFacts({ ...row, status }),
      changes: [{ kind: 'member', subjectId: row.id }],
    };
  });
}

/**
 * A role that the caller may give, which nobody deletes until the transaction ends.
 * @throws DomainError not_found, invalid_state for the owner's, scope_not_held
 */
export async function grantableRole(tx: Transaction, ctx: Ctx, id: string): Promise<KnownRole> {
  await tx
    .select({ id: role.id })
    .from(role)
    .where(and(eq(role.organizationId, ctx.organizationId), eq(role.id, id)))
    .for('key share');
  const found = await findRole(tx, ctx.organizationId, id);
  if (!found) throw notFound('role', id);
  if (found.id === OWNER_ROLE_ID) {
    throw new DomainError(
      'invalid_state',
      `The role "${found.name}" moves only by transfer of the organization. Choose another role.`,
    );
  }
  await requireRoleHeld(tx, ctx, found);
  return found;
}
