import { z } from 'zod';
import { creatingKey, creatingMember } from '../api-key-schemas.ts';
import { auditTargetType } from '../audit-event-schemas.ts';
import {
  apiKeyId,
  auditEventId,
  chatDestinationId,
  KEPT_MEMBERS,
  KEPT_MEMBERS_MAX,
  KEPT_MEMBERS_RULE,
  logStreamId,
  memberId,
  policyId,
  roleId,
  webhookEndpointId,
} from '../ids.ts';
import { defineRoute } from '../route.ts';
import { instant } from '../text.ts';

/** What `cascade` does, wherever a key ends. */
export const CASCADE =
  'Also revokes the keys that it created or rotated, and those that they created or rotated in turn, and deletes the webhook endpoints, log streams, chat destinations, join keys, invitations and gateways of all of them. Members who joined by one of these invitations are removed, with their keys, also those that were handed over to others, the keys that they rotated, their join keys, webhook endpoints, log streams and chat destinations, and everything that all of these created. What was done before, or by a member whom somebody else invited again since, stays. Up to 5,000 things end in one transaction. Where there are more, the first transaction revokes the key, and from then on nothing of the rest can change anything. Further transactions end it, whatever becomes of the request, of the caller and of the server. The rest is refused when one of the keys belongs to another member, who is not removed, and the caller lacks api_keys.manage_all. Refused as a whole when the caller is a key that would end as well. Join keys and gateways go with fleet.manage, webhook endpoints and log streams with audit.webhook_manage, chat destinations with integrations.manage, invitations with members.invite, and members with members.remove, as far as the caller may remove them. Otherwise they stay: join keys and invitations are blocked, members, gateways, webhook endpoints, log streams and chat destinations are not. The owner of the organization and the caller always stay';

const KEEP_MEMBERS =
  'Members whom `cascade` does not remove, together with their keys and everything that these created; `all` removes nobody. Refused without `cascade`';

/** So many members are named at most, in an answer as in a request. */
export const CREATED_NAMED_MAX = KEPT_MEMBERS_MAX;

export const keepMembers = z
  .union([z.literal('all'), z.array(memberId).max(CREATED_NAMED_MAX)])
  .optional()
  .meta({ description: KEEP_MEMBERS });

export const keepMembersQuery = z
  .string()
  .regex(KEPT_MEMBERS, KEPT_MEMBERS_RULE)
  .optional()
  .meta({ description: `${KEEP_MEMBERS}. Ids are separated by commas` });

/** So many of the keys that a key created or rotated are looked at, to count what is still in use. */
export const CREATED_COUNTED_MAX = 1000;

const namedMembers = z.array(z.strictObject({ id: memberId, name: z.string(), email: z.string() }));
const NAMED = `The first ${CREATED_NAMED_MAX} by name; empty without members.read`;

export const createdByKey = z
  .strictObject({
    keysCount: z.int().meta({ description: 'Keys that are not revoked yet' }),
    joinKeysCount: z.int(),
    invitationsCount: z.int(),
    membersCount: z.int().meta({ description: 'Members who joined by one of the invitations' }),
    members: namedMembers.meta({ description: NAMED }),
    gatewaysCount: z.int().meta({ description: 'Gateways that joined by one of the join keys' }),
    webhookEndpointsCount: z.int(),
    logStreamsCount: z.int(),
    chatDestinationsCount: z.int(),
    reviewCampaignsCount: z.int().meta({
      description: 'Review campaigns that run: `cascade` ends them, and they disable no key',
    }),
    membersLeftCount: z.int().meta({
      description:
        'Further members who joined by one of the invitations: `cascade` leaves them, as the caller keeps them or may not remove them',
    }),
    membersLeft: namedMembers.meta({ description: NAMED }),
    gatewaysLeftCount: z.int().meta({
      description: 'Further gateways, which `cascade` leaves, as the caller may not remove them',
    }),
    webhookEndpointsLeftCount: z.int().meta({
      description:
        'Further webhook endpoints, which `cascade` leaves, as the caller may not delete them: they go on receiving audit events',
    }),
    logStreamsLeftCount: z.int().meta({
      description:
        'Further log streams, which `cascade` leaves, as the caller may not delete them: they go on sending audit events',
    }),
    chatDestinationsLeftCount: z.int().meta({
      description:
        'Further chat destinations, which `cascade` leaves, as the caller may not delete them: they go on receiving notifications',
    }),
    editedKeysCount: z.int().meta({
      description:
        'Other keys that these enabled, or of which they changed scopes, expiry, addresses or tags. `cascade` leaves them as they are: review them',
    }),
    editedKeys: z
      .array(z.strictObject({ id: apiKeyId, name: z.string() }))
      .meta({ description: `The first ${CREATED_NAMED_MAX} by name` }),
    changedMembersCount: z.int().meta({
      description:
        'Other members whom these gave another role, suspended or reinstated. `cascade` leaves them as they are: review them',
    }),
    changedMembers: namedMembers.meta({ description: NAMED }),
    changedRolesCount: z.int().meta({
      description:
        'Roles that these created or changed. `cascade` leaves them as they are: review them',
    }),
    changedRoles: z.array(z.strictObject({ id: roleId, name: z.string() })).meta({
      description: `The first ${CREATED_NAMED_MAX} by name; empty without roles.read`,
    }),
    changedPoliciesCount: z.int().meta({
      description:
        'Policies that these created, edited, restored, enabled or disabled. `cascade` leaves them as they are: review them',
    }),
    changedPolicies: z.array(z.strictObject({ id: policyId, name: z.string() })).meta({
      description: `The first ${CREATED_NAMED_MAX} by name; empty without policies.read`,
    }),
    changedWebhookEndpointsCount: z.int().meta({
      description:
        'Webhook endpoints of others that these edited, enabled or disabled, or whose secret they rotated. `cascade` leaves them as they are: review where they send to',
    }),
    changedWebhookEndpoints: z
      .array(z.strictObject({ id: webhookEndpointId, name: z.string() }))
      .meta({
        description: `The first ${CREATED_NAMED_MAX} by name; empty without audit.webhook_manage`,
      }),
    changedLogStreamsCount: z.int().meta({
      description:
        'Log streams of others that these edited, paused or resumed. `cascade` leaves them as they are: review where they send to',
    }),
    changedLogStreams: z.array(z.strictObject({ id: logStreamId, name: z.string() })).meta({
      description: `The first ${CREATED_NAMED_MAX} by name; empty without audit.webhook_manage`,
    }),
    changedChatDestinationsCount: z.int().meta({
      description:
        'Chat destinations of others that these edited, enabled or disabled. `cascade` leaves them as they are: review where they send to',
    }),
    changedChatDestinations: z
      .array(z.strictObject({ id: chatDestinationId, name: z.string() }))
      .meta({
        description: `The first ${CREATED_NAMED_MAX} by name; empty without integrations.manage`,
      }),
    changedSettingsCount: z.int().meta({
      description:
        'Other settings that these changed, such as those of security and notifications, API scopes and workspaces, and what they deleted, such as policies, roles and webhook endpoints, as far as the audit log has it. `cascade` leaves them as they are: review them',
    }),
    changedSettings: z
      .array(
        z.strictObject({
          id: auditEventId.meta({ description: 'Audit event of the last such change' }),
          action: z.string().meta({ examples: ['security.update'] }),
          actorId: z.string().meta({
            description: 'Key or member that did it: filter the audit log by it for all it did',
          }),
          target: z.strictObject({ type: auditTargetType, name: z.string() }),
        }),
      )
      .meta({
        description: `The last ${CREATED_NAMED_MAX}; empty without audit.read`,
      }),
    isComplete: z.boolean().meta({
      description: `False where there are more than ${CREATED_COUNTED_MAX.toLocaleString('en')} keys and members, deleted and removed ones included, or very many rotations or admissions: the counts are then those of the first of them, and there may be more`,
    }),
  })
  .meta({ id: 'CreatedByKey' });

export const getCreated = defineRoute({
  method: 'GET',
  path: '/v1/api-keys/{id}/created',
  access: 'api_keys.read',
  summary:
    'Count what `cascade` takes along: what a key, which may be deleted, created or rotated, and so on',
  tag: 'API keys',
  params: z.strictObject({ id: apiKeyId }),
  query: z.strictObject({ keepMembers: keepMembersQuery }),
  status: 200,
  response: createdByKey,
  errors: ['not_found', 'cascade_includes_caller', 'cascade_undetermined'],
});

/** So many running cascades are listed at most, and so many keys of each are named. */
export const CASCADES_LISTED_MAX = 100;
export const CASCADE_KEYS_NAMED_MAX = 20;

const cascade = z
  .strictObject({
    requestId: z.string().meta({
      description: 'Request that began it, which all its audit events name',
    }),
    keysCount: z.int().meta({ description: 'Keys of that request' }),
    keys: z.array(z.strictObject({ id: apiKeyId, name: z.string() })).meta({
      description: `The first ${CASCADE_KEYS_NAMED_MAX} of them`,
    }),
    startedBy: creatingMember,
    startedByKey: creatingKey.nullable().meta({
      description: 'API key that the member used; null for a session',
    }),
    startedAt: instant,
    endedCount: z.int().meta({
      description:
        'Keys, webhook endpoints, log streams, chat destinations, join keys, invitations, members and gateways that it has ended so far, besides the keys of the request',
    }),
    stuckAt: instant.nullable().meta({
      description:
        'When it last could not go on; the server tries again after an hour. Null while it goes on',
    }),
  })
  .meta({ id: 'Cascade' });
export type Cascade = z.output<typeof cascade>;

export const listCascades = defineRoute({
  method: 'GET',
  path: '/v1/api-keys/cascades',
  access: 'api_keys.read',
  summary:
    'List the revocations with `cascade` that are still ending what the keys created; without api_keys.manage_all, those that you began',
  tag: 'API keys',
  query: z.strictObject({
    keyId: apiKeyId.optional().meta({ description: 'Only those that began with this key' }),
  }),
  status: 200,
  response: z.strictObject({
    data: z.array(cascade).meta({
      description: `The first ${CASCADES_LISTED_MAX}, the one that began first at the beginning`,
    }),
  }),
  errors: [],
});
