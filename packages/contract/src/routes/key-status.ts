import { z } from 'zod';
import { apiKey } from '../api-key-schemas.ts';
import { apiKeyId } from '../ids.ts';
import { defineRoute } from '../route.ts';
import { visibleLine } from '../text.ts';
import { CASCADE, keepMembers } from './cascade.ts';

const tag = 'API keys';
const params = z.strictObject({ id: apiKeyId });

export const disableKey = defineRoute({
  method: 'POST',
  path: '/v1/api-keys/{id}/disable',
  access: 'api_keys.revoke',
  summary:
    'Disable a key; it is refused everywhere once this request returns. It can be enabled again',
  tag,
  params,
  status: 200,
  response: apiKey,
  errors: ['not_found', 'invalid_state'],
});

export const enableKey = defineRoute({
  method: 'POST',
  path: '/v1/api-keys/{id}/enable',
  access: 'api_keys.revoke',
  summary:
    'Enable a disabled key; needs the scopes that creating it would need: api_keys.create and all of its own',
  tag,
  params,
  status: 200,
  response: apiKey,
  errors: [
    'not_found',
    'invalid_state',
    'scope_not_held',
    'ceiling_exceeded',
    'recent_sign_in_required',
  ],
});

export const revokeKey = defineRoute({
  method: 'POST',
  path: '/v1/api-keys/{id}/revoke',
  access: 'api_keys.revoke',
  summary: 'Revoke a key for good; its record stays',
  tag,
  params,
  body: z.strictObject({
    reason: visibleLine(200).optional(),
    cascade: z.boolean().default(false).meta({ description: CASCADE }),
    keepMembers,
  }),
  status: 200,
  response: apiKey,
  errors: ['not_found', 'invalid_state', 'cascade_includes_caller', 'cascade_too_large'],
});
