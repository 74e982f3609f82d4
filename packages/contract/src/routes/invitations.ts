import { z } from 'zod';
import { creatingKey, creatingMember } from '../api-key-schemas.ts';
import { invitationId, memberId, roleId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { instant, visibleLine } from '../text.ts';
import { FINAL_SCOPES_OF_ROLES } from './final-scopes.ts';

const tag = 'Invitations';
const params = z.strictObject({ id: invitationId });

/** How long an invitation can be accepted, in days. */
export const INVITATION_DAYS = 7;

export const INVITATION_STATUSES = ['active', 'expired', 'blocked'] as const;

/** Why an invitation cannot be accepted although it has not expired, as people read it. */
export const INVITATION_BLOCKS = {
  creator_inactive: 'The member who sent it is suspended.',
  creator_may_not: 'The role of the member who sent it no longer covers it.',
  api_key_deleted: 'The API key that sent it was deleted.',
  api_key_revoked: 'The API key that sent it was revoked.',
  api_key_disabled: 'The API key that sent it is disabled.',
  api_key_expired: 'The API key that sent it has expired.',
  api_key_may_not: 'The scopes of the API key that sent it no longer cover it.',
  api_key_elsewhere: 'The API key that sent it is confined to a workspace.',
} as const;
export type InvitationBlock = keyof typeof INVITATION_BLOCKS;
const blocks = Object.keys(INVITATION_BLOCKS) as InvitationBlock[];

const invitation = z
  .strictObject({
    id: invitationId,
    email: z.string(),
    roleId,
    roleName: z.string(),
    invitedBy: creatingMember,
    createdByKey: creatingKey.nullable().meta({
      description: 'The API key that sent it; null for one sent in a session',
    }),
    status: z.enum(INVITATION_STATUSES).meta({
      description:
        '`blocked` cannot be accepted at present, because its sender could not send it any more',
    }),
    blockedBy: z.enum(blocks).nullable().meta({
      description: 'Why it cannot be accepted at present; null unless its status is blocked',
    }),
    mailFailedAt: instant.nullable().meta({
      description:
        'When the server gave up mailing the link, which nobody has then: resend the invitation. Null otherwise',
    }),
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
      description:
        'Link to send to the person yourself; shown only in this answer, and only when no mail was sent',
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
  body: z.strictObject({
    email: z.email().max(254),
    roleId: roleId.meta({ description: FINAL_SCOPES_OF_ROLES }),
  }),
  status: 201,
  response: invitationWithLink,
  errors: [
    'not_found',
    'invalid_state',
    'scope_not_held',
    'outside_workspace',
    'idempotency_conflict',
    'recent_sign_in_required',
  ],
  idempotent: true,
});

export const resendInvitation = defineRoute({
  method: 'POST',
  path: '/v1/invitations/{id}/resend',
  access: 'members.invite',
  summary:
    'Send an invitation again; the previous link stops working. Needs the scopes that a new invitation would need',
  tag,
  params,
  status: 200,
  response: invitationWithLink,
  errors: ['not_found', 'scope_not_held', 'outside_workspace', 'recent_sign_in_required'],
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
    invitedBy: z.strictObject({ memberId, name: z.string(), email: z.string() }),
    expiresAt: instant,
    hasAccount: z.boolean().meta({ description: 'Whether the address already has an account' }),
  }),
  errors: ['invitation_invalid', 'invitation_blocked'],
});

export const acceptInvitation = defineRoute({
  method: 'POST',
  path: '/v1/invitations/accept',
  access: 'public',
  optionalSession: true,
  summary:
    'Accept an invitation, with the session of the invited address or with a name and a new password',
  tag,
  body: z.strictObject({
    token,
    name: visibleLine(64).optional(),
    password: z.string().min(12).max(128).optional(),
  }),
  status: 201,
  response: z.strictObject({ organizationId: z.string(), memberId }),
  errors: [
    'invitation_invalid',
    'invitation_blocked',
    'cascade_undetermined',
    'invited_address_differs',
    'invalid_state',
  ],
});
