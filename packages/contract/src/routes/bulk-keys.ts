import { z } from 'zod';
import { problem } from '../errors.ts';
import { apiKeyId } from '../ids.ts';
import { defineRoute } from '../route.ts';
import { visibleLine } from '../text.ts';
import { CASCADE, createdByKey, keepMembers } from './cascade.ts';

const tag = 'API keys';

/** How many keys one request changes at most. */
export const BULK_KEYS_MAX = 1000;

const ids = z.array(apiKeyId).min(1).max(BULK_KEYS_MAX);
const bulkResult = z
  .strictObject({
    results: z
      .array(
        z.strictObject({
          id: apiKeyId,
          error: problem
            .pick({ code: true, detail: true, scopes: true })
            .nullable()
            .meta({ description: 'Why this key was not changed; null when it was' }),
        }),
      )
      .meta({ description: 'One result for each different id, in the order of the request' }),
  })
  .meta({ id: 'BulkKeyResult' });

/** A POST, since so many ids are too long for an address. Changes nothing. */
export const getKeysCreated = defineRoute({
  method: 'POST',
  path: '/v1/api-keys/created',
  access: 'api_keys.read',
  summary:
    'Count what `cascade` takes along besides several keys; keys that the caller does not see are ignored',
  changesNothing: true,
  tag,
  body: z.strictObject({ ids, keepMembers }),
  status: 200,
  response: createdByKey,
  errors: ['cascade_includes_caller', 'cascade_undetermined'],
});

export const disableKeys = defineRoute({
  method: 'POST',
  path: '/v1/api-keys/disable',
  access: 'api_keys.revoke',
  summary: 'Disable several keys in one transaction, with a result for each',
  tag,
  body: z.strictObject({ ids }),
  status: 200,
  response: bulkResult,
  errors: [],
});

export const enableKeys = defineRoute({
  method: 'POST',
  path: '/v1/api-keys/enable',
  access: 'api_keys.revoke',
  summary:
    'Enable several keys in one transaction, with a result for each; changes none of them when one needs a recent sign-in',
  tag,
  body: z.strictObject({ ids }),
  status: 200,
  response: bulkResult,
  errors: ['recent_sign_in_required'],
});

export const revokeKeys = defineRoute({
  method: 'POST',
  path: '/v1/api-keys/revoke',
  access: 'api_keys.revoke',
  summary:
    'Revoke several keys for good in one transaction, with a result for each; with `cascade`, what they created follows in further ones',
  tag,
  body: z.strictObject({
    ids,
    reason: visibleLine(200).optional(),
    cascade: z.boolean().default(false).meta({ description: CASCADE }),
    keepMembers,
  }),
  status: 200,
  response: bulkResult,
  errors: ['cascade_includes_caller'],
});
