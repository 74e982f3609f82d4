import { z } from 'zod';
import { etag, readEtag } from '../edit.ts';
import { memberId, roleId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { instant } from '../text.ts';
import { FINAL_SCOPES_OF_ROLES } from './final-scopes.ts';

const tag = 'Members';
const params = z.strictObject({ id: memberId });

export const MEMBER_STATUSES = ['active', 'suspended'] as const;

export const member = z
  .strictObject({
    id: memberId,
    name: z.string(),
    email: z.string(),
    emailVerified: z.boolean().meta({
      description:
        'Whether the member has proven that they receive mail at this address. False for an account that was created with an invitation link sent by hand',
    }),
    roleId,
    roleName: z.string(),
    status: z.enum(MEMBER_STATUSES),
    lastSeenAt: instant.nullable(),
    keysCount: z
      .int()
      .meta({ description: 'Keys of the member that are neither revoked nor expired' }),
    createdAt: instant,
    etag,
  })
  .meta({ id: 'Member' });
export type Member = z.output<typeof member>;

export const listMembers = defineRoute({
  method: 'GET',
  path: '/v1/members',
  access: 'members.read',
  summary: 'List members',
  tag,
  query: z.strictObject(listQuery),
  status: 200,
  response: listOf(member),
  errors: [],
});

export const updateMember = defineRoute({
  method: 'PATCH',
  path: '/v1/members/{id}',
  access: 'members.role_change',
  summary: 'Give a member another role; the change applies to their keys at once',
  tag,
  params,
  body: z.strictObject({
    roleId: roleId.meta({ description: FINAL_SCOPES_OF_ROLES }),
    etag: readEtag,
  }),
  status: 200,
  response: member,
  errors: [
    'not_found',
    'invalid_state',
    'edit_conflict',
    'scope_not_held',
    'outside_workspace',
    'recent_sign_in_required',
  ],
});

export const suspendMember = defineRoute({
  method: 'POST',
  path: '/v1/members/{id}/suspend',
  access: 'members.suspend',
  summary: 'Suspend a member: their sessions and keys are refused at once',
  tag,
  params,
  status: 200,
  response: member,
  errors: ['not_found', 'invalid_state', 'scope_not_held', 'outside_workspace'],
});

export const reinstateMember = defineRoute({
  method: 'POST',
  path: '/v1/members/{id}/reinstate',
  access: 'members.suspend',
  summary:
    'Reinstate a suspended member; their keys work again. In a session, this needs a recent sign-in for one who may delete or transfer the organization',
  tag,
  params,
  status: 200,
  response: member,
  errors: [
    'not_found',
    'invalid_state',
    'scope_not_held',
    'outside_workspace',
    'recent_sign_in_required',
  ],
});

export const removeMember = defineRoute({
  method: 'DELETE',
  path: '/v1/members/{id}',
  access: 'members.remove',
  summary: 'Remove a member; their keys are revoked, or handed to another member',
  tag,
  params,
  query: z.strictObject({
    handOverTo: memberId.optional().meta({
      description:
        'The active member who receives the keys, which then cannot exceed what that member may do. In a session, keys that may then delete or transfer the organization need a sign-in from the last 10 minutes. A key that 20 other members have owned or given a new secret cannot be handed over',
    }),
  }),
  status: 204,
  errors: [
    'not_found',
    'invalid_state',
    'scope_not_held',
    'outside_workspace',
    'recent_sign_in_required',
  ],
});
