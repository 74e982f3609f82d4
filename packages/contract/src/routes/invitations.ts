import { z } from 'zod';
import { invitationId, memberId, roleId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { instant, visibleLine } from '../text.ts';

const tag = 'Invitations';
const params = z.strictObject({ id: invitationId });

/** How long an invitation can be accepted, in days. */
export const INVITATION_DAYS = 7;

const invitation = z
  .strictObject({
    id: invitationId,
    email: z.string(),
    roleId,
    roleName: z.string(),
    invitedBy: z.strictObject({ memberId, name: z.string() }),
    createdAt: instant,
    expiresAt: instant,
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.output<typeof invitation>;

const invitationWithLink = z
  .strictObject({
    ...invitation.shape,
    sent: z.boolean().meta({
      description: 'Whether this request sent the link by mail; false in the replay of a creation',
    }),
    link: z.string().optional().meta({
      description: 'To hand over by yourself, shown once, where no mail went out',
    }),
  })
  .meta({ id: 'InvitationWithLink' });
export type InvitationWithLink = z.output<typeof invitationWithLink>;

export const listInvitations = defineRoute({
  method: 'GET',
  path: '/v1/invitations',
  access: 'members.read',
  summary: 'List open invitations',
  tag,
  query: z.strictObject(listQuery),
  status: 200,
  response: listOf(invitation),
  errors: [],
});

export const createInvitation = defineRoute({
  method: 'POST',
  path: '/v1/invitations',
  access: 'members.invite',
  summary: 'Invite a person by email',
  tag,
  body: z.strictObject({ email: z.email().max(254), roleId }),
  status: 201,
  response: invitationWithLink,
  errors: [
    'not_found',
    'invalid_state',
    'scope_not_held',
    'outside_workspace',
    'idempotency_conflict',
  ],
  idempotent: true,
});

export const resendInvitation = defineRoute({
  method: 'POST',
  path: '/v1/invitations/{id}/resend',
  access: 'members.invite',
  summary: 'Send an invitation again: the link before stops working',
  tag,
  params,
  status: 200,
  response: invitationWithLink,
  errors: ['not_found', 'scope_not_held', 'outside_workspace'],
});

export const withdrawInvitation = defineRoute({
  method: 'DELETE',
  path: '/v1/invitations/{id}',
  access: 'members.invite',
  summary: 'Withdraw an invitation: its link stops working',
  tag,
  params,
  status: 204,
  errors: ['not_found', 'outside_workspace'],
});

const token = z.string().min(1).max(256);

export const findInvitation = defineRoute({
  method: 'POST',
  path: '/v1/invitations/find',
  access: 'public',
  summary: 'Read an invitation by the token of its link',
  tag,
  body: z.strictObject({ token }),
  status: 200,
  response: z.strictObject({
    organizationName: z.string(),
    email: z.string(),
    roleName: z.string(),
    invitedBy: z.string(),
    expiresAt: instant,
    hasAccount: z.boolean().meta({ description: 'Whether the address signs in already' }),
  }),
  errors: ['invitation_invalid'],
});

export const acceptInvitation = defineRoute({
  method: 'POST',
  path: '/v1/invitations/accept',
  access: 'public',
  summary: 'Accept: by the session of the invited address, or with a name and a new password',
  tag,
  body: z.strictObject({
    token,
    name: visibleLine(64).optional(),
    password: z.string().min(12).max(128).optional(),
  }),
  status: 201,
  response: z.strictObject({ organizationId: z.string(), memberId }),
  errors: ['invitation_invalid', 'unauthenticated', 'invited_address_differs', 'invalid_state'],
});
