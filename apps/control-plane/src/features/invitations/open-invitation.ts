import { OWNER_ROLE_ID } from '@tollkeeper/contract';
import { includes, scopeSet } from '@tollkeeper/verify';
import { and, eq, gt, isNull } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { invitation, member, organization, role, user } from '../../db/schema/index.ts';
import { DomainError } from '../../kernel/domain-error.ts';
import { customRole, heldRoleColumns, roleScopes } from '../../kernel/role-scopes.ts';
import { findRole } from '../roles/index.ts';
import { hashToken } from './invitation-token.ts';

/**
 * The invitation behind a token, if it can be accepted now. Whoever stands for it must be able to
 * send it still: active, with members.invite and all that the role holds. Else a member who was
 * demoted or removed would come back by a link that they kept. Resending by another makes it good.
 * @throws DomainError invitation_invalid, in the same words whatever the reason
 */
export async function openInvitation(db: Database | Transaction, token: string, now: Date) {
  const [row] = await db
    .select({
      invitation,
      organizationName: organization.name,
      inviterName: user.name,
      ...heldRoleColumns,
    })
    .from(invitation)
    .innerJoin(organization, eq(organization.id, invitation.organizationId))
    .innerJoin(member, eq(member.id, invitation.invitedBy))
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(role, customRole)
    .where(
      and(
        eq(invitation.tokenHash, hashToken(token)),
        gt(invitation.expiresAt, now),
        eq(member.status, 'active'),
        isNull(organization.deletedAt),
      ),
    );
  const offered = row && (await findRole(db, row.invitation.organizationId, row.invitation.roleId));
  if (!offered || offered.id === OWNER_ROLE_ID) throw invalid();
  if (!includes(roleScopes(row), scopeSet(['members.invite', ...offered.scopes]))) throw invalid();
  const { organizationName, inviterName } = row;
  return { ...row.invitation, organizationName, inviterName, roleName: offered.name };
}

/** The same, locked until the transaction ends: of two who accept at once, one finds it gone. */
export async function lockOpenInvitation(tx: Transaction, token: string, now: Date) {
  const [row] = await tx
    .select({ inviterId: invitation.invitedBy })
    .from(invitation)
    .where(eq(invitation.tokenHash, hashToken(token)))
    .for('update');
  if (!row) throw invalid();
  await tx.select({ id: member.id }).from(member).where(eq(member.id, row.inviterId)).for('share');
  return openInvitation(tx, token, now);
}

function invalid(): DomainError {
  return new DomainError(
    'invitation_invalid',
    'This invitation cannot be accepted: it was used, withdrawn, replaced by a newer one, or has expired. Ask for a new one.',
  );
}
