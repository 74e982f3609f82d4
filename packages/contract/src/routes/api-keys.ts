import { z } from 'zod';
import { apiKey, apiKeyDetail, apiKeyWithSecret, KEY_STATES, scope } from '../api-key-schemas.ts';
import { PUBLIC_DECISION_CODES } from '../decision.ts';
import { edit } from '../edit.ts';
import { apiKeyId, memberId, workspaceId } from '../ids.ts';
import { countedListOf, listQuery } from '../list.ts';
import { policyRequest } from '../policy-request.ts';
import { policyLimit } from '../policy-schemas.ts';
import { PROFILES } from '../profiles.ts';
import { defineRoute } from '../route.ts';
import { keyTags } from '../tags.ts';
import { instant, instantWithOffset, ipAddress, ipRange, keyName, visibleLine } from '../text.ts';
import { keyLimit } from './billing.ts';
import { CASCADE, keepMembersQuery } from './cascade.ts';
import { FINAL_SCOPES_OF_KEYS } from './final-scopes.ts';

const tag = 'API keys';
const params = z.strictObject({ id: apiKeyId });
const allowedIps = z.array(ipRange).max(50);
const scopes = z.array(z.string().max(64)).max(200);

const TAGS =
  'Words to filter keys by, and for policies to read. White space around a tag is removed, and each is kept once, in sorted order. A calling key can only give its own tags, unless it holds `policies.edit` and is confined to no workspace';

const cascadeQuery = z.enum(['true', 'false']).default('false').meta({ description: CASCADE });

/** The longest grace of a rotation: 30 days. */
export const GRACE_SECONDS_MAX = 30 * 86_400;

export const KEY_SORTS = ['createdAt', 'name', 'lastUsedAt', 'expiresAt'] as const;
export type KeySort = (typeof KEY_SORTS)[number];

const createdApiKey = apiKeyWithSecret
  .extend({
    limit: keyLimit.nullable().optional().meta({
      description:
        "How much of the organization's limit of keys is used now; null without a limit. Absent when an Idempotency-Key repeats the request",
    }),
  })
  .meta({ id: 'CreatedApiKey' });

export const listKeys = defineRoute({
  method: 'GET',
  path: '/v1/api-keys',
  access: 'api_keys.read',
  summary: 'List keys',
  tag,
  query: z.strictObject({
    ...listQuery,
    state: z.enum(KEY_STATES).optional(),
    memberId: memberId.optional().meta({ description: 'Only keys of this owner' }),
    workspaceId: workspaceId.optional(),
    createdByKeyId: apiKeyId
      .optional()
      .meta({ description: 'Only keys that this key created, or gave a new secret' }),
    search: visibleLine(64)
      .optional()
      .meta({ description: 'Text that the name, the prefix or a tag contains' }),
    tags: visibleLine(512)
      .optional()
      .meta({
        description: 'Only keys that have all of these tags, which are separated by commas',
        examples: ['production,billing'],
      }),
    sort: z.enum(KEY_SORTS).default('createdAt'),
    order: z.enum(['asc', 'desc']).default('desc'),
  }),
  status: 200,
  response: countedListOf(apiKey),
  errors: [],
});

export const createKey = defineRoute({
  method: 'POST',
  path: '/v1/api-keys',
  access: 'api_keys.create',
  summary: 'Create a key; the answer is the only one that holds its secret',
  tag,
  body: z.strictObject({
    name: keyName,
    profile: z.enum(PROFILES),
    scopes: scopes.optional().meta({
      description: `With profile custom, and only then; a canary key needs none. ${FINAL_SCOPES_OF_KEYS}`,
    }),
    workspaceId: workspaceId.nullable().optional().meta({
      description:
        'Workspace to which the key is confined. A confined calling key can only name its own',
    }),
    expiresAt: instantWithOffset.nullable().optional().meta({
      description:
        'Defaults to the default lifetime of the organization. Null for a key that never expires',
    }),
    allowedIps: allowedIps.optional().meta({ description: 'Empty for any address' }),
    tags: keyTags
      .optional()
      .meta({ description: `${TAGS}. Defaults to none, and to those of a calling key` }),
    canary: z.boolean().optional().meta({
      description:
        'Make it a canary key, to be planted where nobody should look: no scope of it is ever in force, every use is answered like a key that does not exist, and raises an alarm. Cannot be changed later',
    }),
  }),
  status: 201,
  response: createdApiKey,
  errors: [
    'plan_limit_reached',
    'scope_not_held',
    'ceiling_exceeded',
    'idempotency_conflict',
    'recent_sign_in_required',
  ],
  idempotent: true,
});

export const getKey = defineRoute({
  method: 'GET',
  path: '/v1/api-keys/{id}',
  access: 'api_keys.read',
  summary: 'Read a key, with the scopes in force now',
  tag,
  params,
  status: 200,
  response: apiKeyDetail,
  errors: ['not_found'],
});

export const updateKey = defineRoute({
  method: 'PATCH',
  path: '/v1/api-keys/{id}',
  access: 'api_keys.create',
  summary: 'Rename a key, or change its scopes, expiry, addresses or tags',
  tag,
  params,
  body: edit({
    name: keyName.optional(),
    scopes: scopes.optional().meta({
      description: `Makes the profile custom. ${FINAL_SCOPES_OF_KEYS}`,
    }),
    expiresAt: instantWithOffset.nullable().optional(),
    allowedIps: allowedIps.optional(),
    tags: keyTags.optional().meta({ description: `${TAGS}. Replaces all tags of the key` }),
  }),
  status: 200,
  response: apiKey,
  errors: [
    'not_found',
    'invalid_state',
    'edit_conflict',
    'plan_limit_reached',
    'scope_not_held',
    'ceiling_exceeded',
    'recent_sign_in_required',
  ],
});

export const deleteKey = defineRoute({
  method: 'DELETE',
  path: '/v1/api-keys/{id}',
  access: 'api_keys.revoke',
  summary:
    'Delete a key permanently; only the audit log and the counts keep a trace of it. With `cascade`, a deleted key takes along what it created, too',
  tag,
  params,
  query: z.strictObject({ cascade: cascadeQuery, keepMembers: keepMembersQuery }),
  status: 204,
  errors: ['not_found', 'cascade_includes_caller', 'cascade_too_large'],
});

export const rotateKey = defineRoute({
  method: 'POST',
  path: '/v1/api-keys/{id}/rotate',
  access: 'api_keys.create',
  summary: 'Give a key a new secret; the old one works until the grace period ends',
  tag,
  params,
  body: z.strictObject({
    graceSeconds: z.int().min(0).max(GRACE_SECONDS_MAX).default(0),
  }),
  status: 200,
  response: apiKeyWithSecret,
  errors: [
    'not_found',
    'invalid_state',
    'scope_not_held',
    'ceiling_exceeded',
    'recent_sign_in_required',
  ],
});

export const verifyKey = defineRoute({
  method: 'POST',
  path: '/v1/api-keys/verify',
  access: 'api_keys.verify',
  summary: 'Decide whether a key is valid and has the requested scopes',
  changesNothing: true,
  tag: 'API keys',
  body: z.strictObject({
    key: z.string().max(512),
    scopes: z.array(scope).max(200).optional().meta({
      description:
        'Scopes that the key must have, built in or of your own; all of them must be in force',
    }),
    ip: ipAddress.optional().meta({ description: 'Address from which the key was used' }),
    workspaceId: workspaceId.optional().meta({
      description:
        'Workspace in which the key is used; a confined calling key can only name its own',
    }),
    request: policyRequest.optional().meta({
      description:
        'The request that the key came with: the policies of the workspace then decide about it too. Needs a workspace, and an ip for all that depends on more than the key',
    }),
  }),
  status: 200,
  response: z
    .strictObject({
      valid: z.boolean(),
      code: z.enum(PUBLIC_DECISION_CODES),
      keyId: apiKeyId.nullable(),
      name: z.string().nullable(),
      scopes: z
        .array(scope)
        .meta({ description: 'Scopes in force now; empty when the key is refused' }),
      workspaceId: workspaceId.nullable(),
      memberId: memberId.nullable(),
      expiresAt: instant.nullable(),
      limits: z.array(policyLimit).optional().meta({
        description:
          'Given a request, and where there are any: the rate limits in which the call would need room at a gateway. Nothing is taken from them',
      }),
    })
    .meta({ id: 'Verification' }),
  errors: ['not_found'],
});
