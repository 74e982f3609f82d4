import type { Invitation, InvitationWithLink, RouteInput, Routes } from '@tollkeeper/contract';
import { eq } from 'drizzle-orm';
import { callingKeyId } from '../../access/creator.ts';
import { requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import { invitation } from '../../db/schema/index.ts';
import { hashToken } from '../../random-bytes.ts';
import { invitationEnd, invitationFacts } from '../../write/created-facts.ts';
import { forgetAnswer } from '../../write/idempotent.ts';
import { write } from '../../write/write.ts';
import { requireRecentGrant } from '../identity/index.ts';
import { grantableRole } from '../members/index.ts';
import { createDelivery, deliverLink, deliveryMessages } from './deliver-link.ts';
import { lockInvitation, readInvitation } from './list-invitations.ts';

/**
 * A new token and another seven days; the previous link stops working. The caller gets the new
 * link and becomes the sender of the invitation, so the role must lie within what they hold.
 * @throws DomainError not_found, scope_not_held, outside_workspace, recent_sign_in_required
 */
export async function resendInvitation(
  ctx: Ctx,
  { params }: RouteInput<Routes['resendInvitation']>,
): Promise<InvitationWithLink> {
  requireWholeOrganization(ctx);
  const delivery = createDelivery(ctx.services);
  const spec = { scope: 'members.invite', action: 'invitation.resend' } as const;
  const renewed = await write<Invitation>(ctx, spec, async (tx, confirmed) => {
    const row = await lockInvitation(tx, confirmed, params.id);
    const { scopes } = await grantableRole(tx, confirmed, row.roleId);
    await requireRecentGrant(tx, confirmed, scopes);
    const set = {
      tokenHash: hashToken(delivery.token),
      linkMailed: false,
      mailFailedAt: null,
      invitedBy: confirmed.actor.memberId,
      createdByKeyId: callingKeyId(confirmed),
      expiresAt: invitationEnd(ctx.services.clock()),
    };
    await tx.update(invitation).set(set).where(eq(invitation.id, row.id));
    return {
      result: await readInvitation(tx, confirmed, row.id),
      target: { type: 'invitation', id: row.id, name: row.email },
      before: invitationFacts(row),
      after: invitationFacts({ ...row, ...set }),
      changes: [],
      outbox: deliveryMessages(confirmed, delivery, { ...row, ...set }),
    };
  });
  return deliverLink(ctx, renewed, delivery);
}

/** Once this resolves, the link no longer works. @throws DomainError not_found */
export function withdrawInvitation(
  ctx: Ctx,
  { params }: { params: { id: string } },
): Promise<undefined> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'members.invite', action: 'invitation.withdraw' } as const;
  return write(ctx, spec, async (tx, confirmed) => {
    const row = await lockInvitation(tx, confirmed, params.id);
    await tx.delete(invitation).where(eq(invitation.id, row.id));
    await forgetAnswer(tx, row.organizationId, row.id);
    return {
      result: undefined,
      target: { type: 'invitation', id: row.id, name: row.email },
      before: invitationFacts(row),
      after: null,
      changes: [],
    };
  });
}
