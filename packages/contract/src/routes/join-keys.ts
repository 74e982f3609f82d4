import { z } from 'zod';
import { creatingKey, creatingMember } from '../api-key.ts';
import { joinKeyId, workspaceId } from '../ids.ts';
import { labels } from '../labels.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { instant, visibleLine } from '../text.ts';

const tag = 'Join keys';
const params = z.strictObject({ id: joinKeyId });

/** `blocked` lets nobody in for now: whoever made it could not make it any more. */
export const JOIN_KEY_STATUSES = ['active', 'used_up', 'expired', 'blocked'] as const;

/** Why a join key lets nobody in although it is neither used up nor expired, as people read it. */
export const JOIN_KEY_BLOCKS = {
  maker_inactive: 'Its maker is suspended.',
  maker_may_not: 'The role of its maker does not hold fleet.manage.',
  api_key_deleted: 'The API key that made it was deleted.',
  api_key_revoked: 'The API key that made it was revoked.',
  api_key_disabled: 'The API key that made it is disabled.',
  api_key_expired: 'The API key that made it has expired.',
  api_key_may_not: 'The API key that made it does not hold fleet.manage.',
  api_key_elsewhere: 'The API key that made it is confined to another workspace.',
} as const;
export type JoinKeyBlock = keyof typeof JOIN_KEY_BLOCKS;
const blocks = Object.keys(JOIN_KEY_BLOCKS) as JoinKeyBlock[];

export const JOIN_KEY_LIFETIME_SECONDS_MAX = 30 * 86_400;
export const JOIN_KEY_USES_MAX = 1000;
/** What a join key is when its creator leaves it open. */
export const JOIN_KEY_DEFAULTS = { name: 'gateway', lifetimeSeconds: 3600, usesMax: 1 } as const;

const joinKey = z
  .strictObject({
    id: joinKeyId,
    name: z.string(),
    prefix: z.string().meta({ examples: ['tk_join_a1b2'] }),
    workspaceId,
    labels: labels.meta({ description: 'Given to every gateway that joins with it' }),
    status: z.enum(JOIN_KEY_STATUSES),
    blockedBy: z.enum(blocks).nullable().meta({
      description: 'Why nobody joins with it for now; null unless its status is blocked',
    }),
    usesMax: z.int().meta({ description: 'How many gateways may join with it' }),
    usesCount: z.int().meta({
      description:
        'How many have; one that did not connect within two minutes of its join does not count',
    }),
    createdBy: creatingMember,
    createdByKey: creatingKey.nullable().meta({
      description: 'The API key that created it; null for one created in a session',
    }),
    createdAt: instant,
    expiresAt: instant,
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'JoinKey' });
export type JoinKey = z.output<typeof joinKey>;

const joinKeyWithSecret = z
  .strictObject({
    ...joinKey.shape,
    secret: z
      .string()
      .optional()
      .meta({
        description: 'Shown once; absent in the replay of a creation',
        examples: ['tk_join_…'],
      }),
  })
  .meta({ id: 'JoinKeyWithSecret' });
export type JoinKeyWithSecret = z.output<typeof joinKeyWithSecret>;

export const listJoinKeys = defineRoute({
  method: 'GET',
  path: '/v1/join-keys',
  access: 'fleet.read',
  summary: 'List join keys',
  tag,
  query: z.strictObject({ ...listQuery, workspaceId: workspaceId.optional() }),
  status: 200,
  response: listOf(joinKey),
  errors: [],
});

export const createJoinKey = defineRoute({
  method: 'POST',
  path: '/v1/join-keys',
  access: 'fleet.manage',
  summary: 'Create a join key, which admits gateways to a workspace',
  tag,
  body: z.strictObject({
    name: visibleLine(64)
      .default(JOIN_KEY_DEFAULTS.name)
      .meta({ examples: ['eu-west edge'] }),
    workspaceId: workspaceId.optional().meta({
      description: "Else the calling key's own, or the only workspace",
    }),
    lifetimeSeconds: z
      .int()
      .min(60)
      .max(JOIN_KEY_LIFETIME_SECONDS_MAX)
      .default(JOIN_KEY_DEFAULTS.lifetimeSeconds),
    usesMax: z.int().min(1).max(JOIN_KEY_USES_MAX).default(JOIN_KEY_DEFAULTS.usesMax),
    labels: labels.default({}),
  }),
  status: 201,
  response: joinKeyWithSecret,
  errors: ['ceiling_exceeded', 'not_found', 'idempotency_conflict'],
  idempotent: true,
});

export const deleteJoinKey = defineRoute({
  method: 'DELETE',
  path: '/v1/join-keys/{id}',
  access: 'fleet.manage',
  summary: 'Delete a join key: nobody joins with it any more; gateways that did stay',
  tag,
  params,
  status: 204,
  errors: ['not_found'],
});
