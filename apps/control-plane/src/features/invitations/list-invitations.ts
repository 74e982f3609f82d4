import type { Invitation, InvitationBlock, RouteInput, Routes } from '@tollkeeper/contract';
import { type ScopeSet, scopeNames, scopeSet } from '@tollkeeper/verify';
import { and, eq } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import {
  type Creator,
  creatingKey,
  creatingKeyName,
  creatingKeyView,
  creatorColumns,
  findBlock,
  isCreatingKey,
} from '../../access/creator.ts';
import { customRole, roleName, roleScopes } from '../../access/role-scopes.ts';
import { memberAddress } from '../../access/visibility.ts';
import type { Ctx } from '../../context.ts';
import type { Database, Transaction } from '../../db/connect.ts';
import { invitation, member, role, user } from '../../db/schema/index.ts';
import { notFound } from '../../domain-error.ts';
import { page, pageStart } from '../../http/page.ts';

type Query = NonNullable<RouteInput<Routes['listInvitations']>['query']>;

/** Those that wait for an answer, and those that expired: they can be sent again. */
export async function listInvitations(ctx: Ctx, { query }: { query: Query }) {
  const { after, order, limit } = pageStart(query, invitation);
  const rows = await selectInvitations(ctx.services.db, ctx)
    .where(and(eq(invitation.organizationId, ctx.organizationId), after))
    .orderBy(...order)
    .limit(limit + 1);
  const now = ctx.services.clock();
  return page(
    rows.map((row) => invitationView(row, now)),
    limit,
  );
}

type InvitationRow = typeof invitation.$inferSelect;

/** The role that an invitation offers, beside the role of the member who sent it. */
const offeredRole = alias(role, 'offered_role');

/** Invitations as a page shows them, never with the hash; narrowed by the caller. */
function selectInvitations(db: Database | Transaction, ctx: Ctx) {
  return db
    .select({
      id: invitation.id,
      email: invitation.email,
      roleId: invitation.roleId,
      offeredName: offeredRole.name,
      offeredScopes: offeredRole.scopes,
      inviterId: invitation.invitedBy,
      inviterName: user.name,
      inviterEmail: memberAddress(ctx),
      creator: creatorColumns,
      createdByKeyId: invitation.createdByKeyId,
      keyName: creatingKeyName(ctx),
      mailFailedAt: invitation.mailFailedAt,
      createdAt: invitation.createdAt,
      expiresAt: invitation.expiresAt,
    })
    .from(invitation)
    .innerJoin(member, eq(member.id, invitation.invitedBy))
    .innerJoin(user, eq(user.id, member.userId))
    .leftJoin(role, customRole)
    .leftJoin(creatingKey, isCreatingKey(invitation))
    .leftJoin(
      offeredRole,
      and(
        eq(offeredRole.id, invitation.roleId),
        eq(offeredRole.organizationId, invitation.organizationId),
      ),
    )
    .$dynamic();
}

type ViewRow = Awaited<ReturnType<typeof selectInvitations>>[number];

function invitationView(row: ViewRow, now: Date): Invitation {
  return {
    id: row.id,
    email: row.email,
    roleId: row.roleId,
    roleName: roleName(row.roleId, row.offeredName),
    invitedBy: { memberId: row.inviterId, name: row.inviterName, email: row.inviterEmail },
    createdByKey: creatingKeyView(row.createdByKeyId, row.keyName),
    ...standing(row, now),
    mailFailedAt: row.mailFailedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}

function standing(row: ViewRow, now: Date): Pick<Invitation, 'status' | 'blockedBy'> {
  if (row.expiresAt <= now) return { status: 'expired', blockedBy: null };
  const offered = roleScopes({ roleId: row.roleId, customScopes: row.offeredScopes });
  const blockedBy = findInvitationBlock(row.creator, row, offered, now);
  return { status: blockedBy ? 'blocked' : 'active', blockedBy };
}

/** @throws DomainError not_found */
export async function readInvitation(tx: Transaction, ctx: Ctx, id: string): Promise<Invitation> {
  const [row] = await selectInvitations(tx, ctx).where(ownInvitation(ctx, id));
  if (!row) throw notFound('invitation', id);
  return invitationView(row, ctx.services.clock());
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

/**
 * Why the invitation cannot be accepted for now; null when it can. Its sender must be able to
 * send it still, with members.invite and all that the role holds: else a member who was demoted or
 * removed would come back by a link that they kept.
 */
export function findInvitationBlock(
  creator: Creator,
  { createdByKeyId }: { readonly createdByKeyId: string | null },
  offered: ScopeSet,
  now: Date,
): InvitationBlock | null {
  const required = scopeSet(['members.invite', ...scopeNames(offered)]);
  return findBlock(creator, { createdByKeyId, workspaceId: null }, required, now);
}
