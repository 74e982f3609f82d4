import { z } from 'zod';
import { apiKeyId, policyId, workspaceId } from '../ids.ts';
import { POLICY_MODES, policyText } from '../policy-schemas.ts';
import { defineRoute } from '../route.ts';

const policyUsage = z
  .strictObject({
    policyId,
    mode: z.enum(POLICY_MODES).optional().meta({
      description:
        'What an enforced policy refuses is counted as denied calls of the key, and not here. Absent without policies.read',
    }),
    shadowDenials24h: z.int().meta({
      description:
        'Calls of the last 24 hours that were allowed, and that the policy would have refused, had it not been in shadow mode',
    }),
  })
  .meta({ id: 'PolicyUsage' });
export type PolicyUsage = z.output<typeof policyUsage>;

export const getPolicyUsage = defineRoute({
  method: 'GET',
  path: '/v1/policies/{id}/usage',
  access: 'usage.read',
  summary: 'Count the calls that a policy in shadow mode would have refused',
  tag: 'Policies',
  params: z.strictObject({ id: policyId }),
  status: 200,
  response: policyUsage,
  errors: ['not_found'],
});

/** How many keys a replay names at most: those with the most refused calls. */
export const REPLAYED_KEYS_MAX = 100;

const policyReplay = z
  .strictObject({
    workspaceId,
    calls: z.int().meta({ description: 'Calls of the last 24 hours that were allowed' }),
    refused: z.int().meta({ description: 'Those of them that the edit would have refused' }),
    unknown: z.int().meta({
      description:
        'Those of them about which this depends on what is not recorded, such as their path, address or headers',
    }),
    isOwnOnly: z.boolean().optional().meta({
      description:
        'Whether only calls of the calling key were asked about, which lacks usage.read or api_keys.read',
    }),
    keysRefused: z.int().meta({ description: 'How many keys made the refused calls' }),
    keys: z
      .array(z.strictObject({ keyId: apiKeyId, name: z.string(), refused: z.int() }))
      .max(REPLAYED_KEYS_MAX)
      .meta({ description: `The ${REPLAYED_KEYS_MAX} keys with the most refused calls` }),
  })
  .meta({ id: 'PolicyReplay' });
export type PolicyReplay = z.output<typeof policyReplay>;

export const replayPolicies = defineRoute({
  method: 'POST',
  path: '/v1/policies/replay',
  access: 'policies.read',
  summary: 'Say which calls of the last 24 hours an edit of a policy would have refused',
  changesNothing: true,
  tag: 'Policies',
  body: z.strictObject({
    workspaceId: workspaceId.optional().meta({
      description:
        'Workspace whose calls are asked about; that of the policy or the key, or the only one, unless given',
    }),
    policy: z
      .strictObject({
        id: policyId.optional().meta({
          description: 'The policy that is edited; without it, the text is a further policy',
        }),
        text: policyText.optional().meta({
          description: 'The new text; that of the policy unless given',
        }),
        mode: z.enum(POLICY_MODES).optional().meta({ description: 'Enforced unless named' }),
      })
      .meta({ id: 'ReplayedPolicy' }),
  }),
  status: 200,
  response: policyReplay,
  errors: ['not_found', 'policy_invalid'],
});
