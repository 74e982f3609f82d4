import { z } from 'zod';
import { PUBLIC_DECISION_CODES } from './decision.ts';
import { apiKeyId, memberId, workspaceId } from './ids.ts';
import { PROFILES } from './profiles.ts';
import { SCOPES } from './scopes.ts';
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
    description: 'Null for callers without members.read, except for their own address',
  }),
});

/** The API key that created a thing. */
export const creatingKey = z.strictObject({
  id: apiKeyId,
  name: z.string().nullable().meta({
    description: 'Null once the key was deleted, and for callers who may not read it',
  }),
});

const keyDisabler = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('member'),
    memberId,
    name: z.string(),
    keyId: apiKeyId.nullable().meta({ description: 'The API key that they used, if any' }),
  }),
  z.strictObject({ type: z.literal('job') }),
]);

export const scope = z.enum(SCOPES).meta({ id: 'Scope' });

/** A key as everyone with api_keys.read sees it. Holds no secret and no hash. */
export const apiKey = z
  .strictObject({
    id: apiKeyId,
    name: z.string(),
    prefix: z.string().meta({ examples: ['tk_live_a1b2'] }),
    status: z.enum(KEY_STATUSES),
    state: z.enum(KEY_STATES).meta({
      description: 'The status, or `expired` for an active key that is past its expiry',
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
    lastUsedAt: instant.nullable(),
    disablesAt: instant.nullable().meta({
      description: 'From when on the daily job disables the key unless it is used before',
    }),
    allowedIps: z.array(z.string()),
    disabledBy: keyDisabler.nullable().meta({
      description:
        'Who disabled the key; null unless its status is disabled. What a job or another member than its owner disabled can be enabled only with api_keys.manage_all',
    }),
    disabledAt: instant.nullable(),
    revokedAt: instant.nullable(),
    revokeReason: z.string().nullable(),
    previousSecretExpiresAt: instant
      .nullable()
      .meta({ description: "End of the rotation's grace, while the previous secret still works" }),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.output<typeof apiKey>;

/** With what the key may do at this moment: its scopes ∩ what its owner's role holds now. */
export const apiKeyDetail = z
  .strictObject({
    ...apiKey.shape,
    scopesInForce: z.array(scope),
    decision: z.enum(PUBLIC_DECISION_CODES).meta({
      description: 'What a request with this key is answered now, before scopes and addresses',
    }),
  })
  .meta({ id: 'ApiKeyDetail' });
export type ApiKeyDetail = z.output<typeof apiKeyDetail>;

export const apiKeyWithSecret = z
  .strictObject({
    ...apiKey.shape,
    secret: z.string().optional().meta({
      description: 'Shown once, now. Absent in the replay of an Idempotency-Key',
    }),
  })
  .meta({ id: 'ApiKeyWithSecret' });
export type ApiKeyWithSecret = z.output<typeof apiKeyWithSecret>;
