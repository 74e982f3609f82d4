import { OWNER_ROLE_ID, type RouteInput, type Routes } from '@tollkeeper/contract';
import { scopeSet } from '@tollkeeper/verify';
import { and, eq, gt, isNull } from 'drizzle-orm';
import { creatingKey, creatorColumns, isCreatingKey } from '../../access/creator.ts';
import { customRole } from '../../access/role-scopes.ts';
import type { Services } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { invitation, member, organization, role, user } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { isCascading, wasBeingEnded } from '../../lineage/running-cascades.ts';
import { hashToken } from '../../random-bytes.ts';
import { invitationSentAt } from '../../write/created-facts.ts';
import { findRole } from '../roles/index.ts';
import { findInvitationBlock } from './list-invitations.ts';

/** What the holder of a link sees before accepting. @throws DomainError invitation_invalid, invitation_blocked */
export async function findInvitation(
  { services: { db, clock } }: { readonly services: Pick<Services, 'db' | 'clock'> },
  { body }: RouteInput<Routes['findInvitation']>,
) {
  const open = await openInvitation(db, body.token, clock());
  const accounts = await db.select({ id: user.id }).from(user).where(eq(user.email, open.email));
  return {
    organizationName: open.organizationName,
    email: open.email,
    roleName: open.roleName,
    invitedBy: open.inviter,
    expiresAt: open.expiresAt.toISOString(),
    hasAccount: accounts.length > 0,
  };
}

/**
 * The invitation behind a token, if it can be accepted now. A blocked one can be resent by somebody
 * else, who then stands for it.
 * @throws DomainError invitation_invalid, in the same words whatever the reason; invitation_blocked
 */
export async function openInvitation(db: Database | Transaction, token: string, now: Date) {
  const [row] = await db
    .select({
      invitation,
      organizationName: organization.name,
      inviter: { memberId: member.id, name: user.name, email: user.email },
      creator: creatorColumns,
      isCascading: isCascading(invitation.organizationId),
    })
    .from(invitation)
    .innerJoin(organization, eq(organization.id, invitation.organizationId))
    .innerJoin(member, eq(member.id, invitation.invitedBy))
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(role, customRole)
    .leftJoin(creatingKey, isCreatingKey(invitation))
    .where(
      and(
        eq(invitation.tokenHash, hashToken(token)),
        gt(invitation.expiresAt, now),
        isNull(organization.deletedAt),
      ),
    );
  const offered = row && (await findRole(db, row.invitation.organizationId, row.invitation.roleId));
  if (!offered || offered.id === OWNER_ROLE_ID) throw invalid();
  const { organizationName, inviter } = row;
  if (findInvitationBlock(row.creator, row.invitation, scopeSet(offered.scopes), now)) {
    throw blocked(inviter.name, organizationName);
  }
  return {
    ...row.invitation,
    organizationName,
    inviter,
    roleName: offered.name,
    isCascading: row.isCascading,
  };
}

/**
 * The same, locked until the transaction ends: of two who accept at once, one finds it gone. The
 * transaction must be one of `commit`: while it lasts, no cascade begins.
 */
export async function lockOpenInvitation(tx: Transaction, token: string, now: Date) {
  const [row] = await tx
    .select({ inviterId: invitation.invitedBy })
    .from(invitation)
    .where(eq(invitation.tokenHash, hashToken(token)))
    .for('update');
  if (!row) throw invalid();
  await tx.select({ id: member.id }).from(member).where(eq(member.id, row.inviterId)).for('share');
  const open = await openInvitation(tx, token, now);
  const { organizationId, createdByKeyId, invitedBy, inviter, organizationName } = open;
  const creators = createdByKeyId === null ? [invitedBy] : [createdByKeyId, invitedBy];
  if (
    open.isCascading &&
    (await wasBeingEnded(tx, organizationId, creators, invitationSentAt(open)))
  ) {
    throw blocked(inviter.name, organizationName);
  }
  return open;
}

function invalid(): DomainError {
  return new DomainError(
    'invitation_invalid',
    'This invitation cannot be accepted: it was used, withdrawn, replaced by a newer one, or has expired. Ask for a new one.',
  );
}

/** The holder of the link knew both names while it worked. */
function blocked(inviter: string, organization: string): DomainError {
  return new DomainError(
    'invitation_blocked',
    `This invitation cannot be accepted at present: the permissions that it needs have changed since "${inviter}" sent it. Ask "${inviter}", or someone else at "${organization}" who may invite members, to send it again. If the permissions are restored, this link works again.`,
  );
}
