import {
  createId,
  type Invitation,
  type InvitationWithLink,
  type RouteInput,
  type Routes,
} from '@tollkeeper/contract';
import { and, eq, ne } from 'drizzle-orm';
import { callingKeyId } from '../../access/creator.ts';
import { holds, requireWholeOrganization } from '../../access/require-scope.ts';
import type { Ctx } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { invitation, member, user } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { hashToken } from '../../random-bytes.ts';
import { invitationEnd, invitationFacts } from '../../write/created-facts.ts';
import { idempotent } from '../../write/idempotent.ts';
import { type Written, write } from '../../write/write.ts';
import { requireRecentGrant } from '../identity/index.ts';
import { grantableRole } from '../members/index.ts';
import { createDelivery, type Delivery, deliverLink, deliveryMessages } from './deliver-link.ts';
import { readInvitation } from './list-invitations.ts';

type Body = RouteInput<Routes['createInvitation']>['body'];

/** The link is delivered only once: the replay of a creation has none to send or to show. */
type Created = Invitation & { readonly delivery?: Delivery };

/** @throws DomainError not_found, invalid_state, scope_not_held, outside_workspace, recent_sign_in_required */
export async function createInvitation(
  ctx: Ctx,
  { body }: { body: Body },
): Promise<InvitationWithLink> {
  requireWholeOrganization(ctx);
  const spec = { scope: 'members.invite', action: 'invitation.create' } as const;
  const { delivery, ...created } = await write<Created>(ctx, spec, (tx, confirmed) =>
    idempotent<Created>(
      tx,
      confirmed,
      { route: 'createInvitation', body },
      () => insertInvitation(tx, confirmed, body),
      ({ delivery: _delivery, ...shown }) => shown,
    ),
  );
  return delivery ? deliverLink(ctx, created, delivery) : { ...created, sent: false };
}

async function insertInvitation(tx: Transaction, ctx: Ctx, body: Body): Promise<Written<Created>> {
  const { organizationId, services, actor } = ctx;
  const email = body.email.toLowerCase();
  const { id: roleId, scopes } = await grantableRole(tx, ctx, body.roleId);
  await requireRecentGrant(tx, ctx, scopes);
  await requireNoMember(tx, ctx, email);
  const delivery = createDelivery(services);
  const now = services.clock();
  const row = {
    id: createId('invitation', services.randomBytes),
    organizationId,
    email,
    roleId,
    tokenHash: hashToken(delivery.token),
    invitedBy: actor.memberId,
    createdByKeyId: callingKeyId(ctx),
    createdAt: now,
    expiresAt: invitationEnd(now),
  };
  const inserted = await tx.insert(invitation).values(row).onConflictDoNothing().returning();
  if (inserted.length === 0) throw alreadyInvited(email);
  return {
    result: { ...(await readInvitation(tx, ctx, row.id)), delivery },
    target: { type: 'invitation', id: row.id, name: email },
    before: null,
    after: invitationFacts(row),
    changes: [],
    outbox: deliveryMessages(ctx, delivery, row),
  };
}

async function requireNoMember(tx: Transaction, ctx: Ctx, email: string): Promise<void> {
  const [found] = await tx
    .select({ status: member.status })
    .from(member)
    .innerJoin(user, eq(user.id, member.userId))
    .where(
      and(
        eq(member.organizationId, ctx.organizationId),
        eq(user.email, email),
        ne(member.status, 'removed'),
      ),
    );
  if (!found) return;
  // Their status is shown by members.read alone.
  const isSuspended = found.status === 'suspended' && holds(ctx.scopes, 'members.read');
  throw new DomainError(
    'invalid_state',
    `Cannot invite "${email}": they are a member already${isSuspended ? ', and suspended. Reinstate them' : ''}.`,
  );
}

function alreadyInvited(email: string): DomainError {
  return new DomainError(
    'invalid_state',
    `"${email}" was invited already. Resend that invitation, or withdraw it to choose another role.`,
  );
}
