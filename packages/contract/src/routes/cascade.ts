import { z } from 'zod';
import { apiKeyId } from '../ids.ts';
import { defineRoute } from '../route.ts';

/** What `cascade` does, wherever a key ends. */
export const CASCADE =
  'Also revokes the keys that it created or rotated, and those that they created or rotated in turn, and deletes the join keys and invitations of all of them. All of it or nothing: refused when one of the keys belongs to another member and the caller lacks api_keys.manage_all. Join keys go with fleet.manage and invitations with members.invite; without these they stay, and are blocked. Members who have already accepted an invitation, and gateways that have already joined, stay: remove those that you do not know';

/** So many of the keys that a key created or rotated are looked at, to count what is still in use. */
export const CREATED_COUNTED_MAX = 1000;

export const createdByKey = z
  .strictObject({
    keysCount: z.int().meta({ description: 'Keys that are not revoked yet' }),
    joinKeysCount: z.int(),
    invitationsCount: z.int(),
    isComplete: z.boolean().meta({
      description: `False where there are ${CREATED_COUNTED_MAX.toLocaleString('en')} keys or more, revoked and deleted ones included: the counts are then those of the first of them, and there may be more`,
    }),
  })
  .meta({ id: 'CreatedByKey' });

export const getCreated = defineRoute({
  method: 'GET',
  path: '/v1/api-keys/{id}/created',
  access: 'api_keys.read',
  summary: 'Count what `cascade` takes along: what a key created or rotated, and so on',
  tag: 'API keys',
  params: z.strictObject({ id: apiKeyId }),
  status: 200,
  response: createdByKey,
  errors: ['not_found'],
});
