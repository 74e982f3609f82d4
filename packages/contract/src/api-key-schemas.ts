import { z } from 'zod';
import { PUBLIC_DECISION_CODES } from './decision.ts';
import { etag } from './edit.ts';
import { apiKeyId, memberId, workspaceId } from './ids.ts';
import { PROFILES } from './profiles.ts';
import { apiScopeName, SCOPES } from './scopes.ts';
import { instant } from './text.ts';

export const KEY_STATUSES = ['active', 'disabled', 'revoked'] as const;
export type KeyStatus = (typeof KEY_STATUSES)[number];

/** What a key is now: its status, or `expired` for an active key that is past its expiry. */
export const KEY_STATES = ['active', 'disabled', 'expired', 'revoked'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** The member who created a thing, and answers for it. */
export const creatingMember = z.strictObject({
  memberId,
  name: z.string(),
  email: z.string().nullable().meta({
    description: 'Email address; null for callers without members.read, except for their own',
  }),
});

/** The API key that created a thing. */
export const creatingKey = z.strictObject({
  id: apiKeyId,
  name: z.string().nullable().meta({
    description:
      'Name of the key; null once the key was deleted, and for callers who may not read it',
  }),
});

const keyDisabler = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('member'),
    memberId,
    name: z.string(),
    keyId: apiKeyId.nullable().meta({ description: 'API key that the person used, if any' }),
  }),
  z.strictObject({
    type: z.literal('job'),
    job: z
      .string()
      .meta({ examples: ['disable-unused-keys', 'end-review-campaigns', 'leak-response'] }),
  }),
]);

export const builtInScope = z.enum(SCOPES).meta({ id: 'BuiltInScope' });
/** In answers. What a request may name is for the organization to say. */
export const scope = z.union([builtInScope, apiScopeName]).meta({ id: 'Scope' });

/** A key as everyone with api_keys.read sees it. Holds no secret and no hash. */
export const apiKey = z
  .strictObject({
    id: apiKeyId,
    name: z.string(),
    prefix: z.string().meta({ examples: ['tk_live_a1b2'] }),
    canary: z.boolean().meta({
      description:
        'Whether it is a canary key: it never works, is answered like a key that does not exist, and each use raises an alarm (`api_key.use_canary`)',
    }),
    status: z.enum(KEY_STATUSES),
    state: z.enum(KEY_STATES).meta({
      description: 'The status, or `expired` for an active key whose expiry has passed',
    }),
    profile: z.enum(PROFILES),
    scopes: z.array(scope),
    workspaceId: workspaceId.nullable(),
    createdBy: creatingMember,
    createdByKey: creatingKey.nullable().meta({
      description: 'The API key that created this one; null for a key created in a session',
    }),
    createdAt: instant,
    expiresAt: instant.nullable(),
    lastUsedAt: instant.nullable().meta({
      description: 'When it was last accepted; of a canary key, when it last raised an alarm',
    }),
    disablesAt: instant.nullable().meta({
      description: 'When the daily job disables the key unless it is used before then',
    }),
    allowedIps: z.array(z.string()),
    tags: z.array(z.string()).meta({
      description: 'Sorted, each once. Upper and lower case differ',
    }),
    disabledBy: keyDisabler.nullable().meta({
      description:
        'Who disabled the key; null unless its status is disabled. What a job or another member than its owner disabled can be enabled only with api_keys.manage_all',
    }),
    disabledAt: instant.nullable(),
    revokedAt: instant.nullable(),
    revokeReason: z.string().nullable(),
    previousSecretExpiresAt: instant.nullable().meta({
      description:
        "When the previous secret stops working; null unless a rotation's grace period is running",
    }),
    etag,
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.output<typeof apiKey>;

/** With what the key may do at this moment: its scopes ∩ what its owner's role holds now. */
export const apiKeyDetail = z
  .strictObject({
    ...apiKey.shape,
    scopesInForce: z.array(scope),
    decision: z.enum(PUBLIC_DECISION_CODES).meta({
      description:
        'How a request with this key is decided now, before scopes and addresses are checked',
    }),
  })
  .meta({ id: 'ApiKeyDetail' });
export type ApiKeyDetail = z.output<typeof apiKeyDetail>;

export const apiKeyWithSecret = z
  .strictObject({
    ...apiKey.shape,
    secret: z.string().optional().meta({
      description: 'Shown only in this answer. Absent when an Idempotency-Key repeats the request',
    }),
  })
  .meta({ id: 'ApiKeyWithSecret' });
export type ApiKeyWithSecret = z.output<typeof apiKeyWithSecret>;
