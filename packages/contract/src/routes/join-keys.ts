import { z } from 'zod';
import { creatingKey, creatingMember } from '../api-key-schemas.ts';
import { joinKeyId, workspaceId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import { defineRoute } from '../route.ts';
import { instant, labels, visibleLine } from '../text.ts';

const tag = 'Join keys';
const params = z.strictObject({ id: joinKeyId });

/** `blocked` admits no gateway at present, because its creator could not create it any more. */
export const JOIN_KEY_STATUSES = ['active', 'used_up', 'expired', 'blocked'] as const;

/** Why no gateway can join with a join key that is neither used up nor expired, for people to read. */
export const JOIN_KEY_BLOCKS = {
  creator_inactive: 'Its creator is suspended.',
  creator_may_not: 'The role of its creator does not hold fleet.manage.',
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
    labels: labels.meta({
      description: 'Labels that every gateway receives that joins with this key',
    }),
    status: z.enum(JOIN_KEY_STATUSES),
    blockedBy: z.enum(blocks).nullable().meta({
      description: 'Why no gateway can join with it at present; null unless its status is blocked',
    }),
    usesMax: z.int().meta({ description: 'How many gateways may join with it' }),
    usesCount: z.int().meta({
      description:
        'How many gateways have joined; one that did not connect within two minutes does not count',
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
        description:
          'Shown only in this answer; absent when an Idempotency-Key repeats the request',
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
      description: 'Defaults to the workspace of the calling key, or to the only workspace',
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
  summary:
    'Delete a join key; no gateway can join with it any more, and gateways that have joined stay',
  tag,
  params,
  status: 204,
  errors: ['not_found'],
});
