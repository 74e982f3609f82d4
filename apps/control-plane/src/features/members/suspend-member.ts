import type { Member } from '@tollkeeper/contract';
import { scopeNames } from '@tollkeeper/verify';
import { eq } from 'drizzle-orm';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import { roleScopes } from '../../access/role-scopes.ts';
import type { Ctx } from '../../context.ts';
import { member } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { memberFacts } from '../../write/created-facts.ts';
import { write } from '../../write/write.ts';
import { requireRecentGrant } from '../identity/index.ts';
import { readMember } from './list-members.ts';
import { lockMember } from './lock-member.ts';

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
