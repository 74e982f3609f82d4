import type { Invitation } from '@tollkeeper/contract';
import { and, eq } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { invitation, member, role, user } from '../../db/schema/index.ts';
import type { Facts } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/domain-error.ts';
import { roleName } from '../../kernel/role-scopes.ts';

export type InvitationRow = typeof invitation.$inferSelect;

/** Invitations as a page shows them, never with the hash; narrowed by the caller. */
export function selectInvitations(db: Database | Transaction) {
  return db
    .select({
      id: invitation.id,
      email: invitation.email,
      roleId: invitation.roleId,
      customName: role.name,
      inviterId: invitation.invitedBy,
      inviterName: user.name,
      createdAt: invitation.createdAt,
      expiresAt: invitation.expiresAt,
    })
    .from(invitation)
    .innerJoin(member, eq(member.id, invitation.invitedBy))
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(
      role,
      and(eq(role.id, invitation.roleId), eq(role.organizationId, invitation.organizationId)),
    )
    .$dynamic();
}

type ViewRow = Awaited<ReturnType<typeof selectInvitations>>[number];

export function invitationView(row: ViewRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    roleId: row.roleId,
    roleName: roleName(row.roleId, row.customName),
    invitedBy: { memberId: row.inviterId, name: row.inviterName },
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}

/** @throws DomainError not_found */
export async function readInvitation(tx: Transaction, ctx: Ctx, id: string): Promise<Invitation> {
  const [row] = await selectInvitations(tx).where(ownInvitation(ctx, id));
  if (!row) throw notFound('invitation', id);
  return invitationView(row);
}

/** The invitation, locked until the transaction ends. @throws DomainError not_found */
export async function lockInvitation(
  tx: Transaction,
  ctx: Ctx,
  id: string,
): Promise<InvitationRow> {
  const [row] = await tx.select().from(invitation).where(ownInvitation(ctx, id)).for('update');
  if (!row) throw notFound('invitation', id);
  return row;
}

function ownInvitation(ctx: Ctx, id: string) {
  return and(eq(invitation.organizationId, ctx.organizationId), eq(invitation.id, id));
}

export function invitationFacts(
  row: Pick<InvitationRow, 'email' | 'roleId' | 'invitedBy' | 'expiresAt'>,
): Facts {
  const { email, roleId, invitedBy } = row;
  return { email, roleId, invitedBy, expiresAt: row.expiresAt.toISOString() };
}
