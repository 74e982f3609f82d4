import { z } from 'zod';
import { scope } from '../api-key-schemas.ts';
import { PUBLIC_DECISION_CODES } from '../decision.ts';
import { apiKeyId, policyId, workspaceId } from '../ids.ts';
import { policyRequest } from '../policy-request.ts';
import { POLICY_MODES, policyLimit, policyText } from '../policy-schemas.ts';
import { defineRoute } from '../route.ts';
import { instant, instantWithOffset, ipAddress } from '../text.ts';

/** What a policy says about a call. A forbid in it wins over a permit, and both over an error. */
export const POLICY_EFFECTS = ['permits', 'forbids', 'does_not_match', 'errors'] as const;
export type PolicyEffect = (typeof POLICY_EFFECTS)[number];

const draft = z
  .strictObject({
    id: policyId.optional().meta({
      description:
        'The policy whose text and mode it replaces, also a disabled one; without it the draft is a further policy',
    }),
    text: policyText,
    mode: z.enum(POLICY_MODES).optional().meta({ description: 'Enforced unless named' }),
  })
  .meta({ id: 'PolicyDraft' });

const simulatedPolicy = z
  .strictObject({
    id: policyId.nullable().meta({ description: 'Null for a draft that replaces no policy' }),
    name: z.string().nullable(),
    workspaceId: workspaceId.nullable().meta({
      description: 'Null for a policy that applies in every workspace',
    }),
    mode: z.enum(POLICY_MODES),
    isDraft: z.boolean(),
    effect: z.enum(POLICY_EFFECTS).meta({
      description: 'What the policy says about the call; one with errors only is ignored',
    }),
    determines: z.boolean().meta({ description: 'Whether the decision follows from it' }),
  })
  .meta({ id: 'SimulatedPolicy' });
export type SimulatedPolicy = z.output<typeof simulatedPolicy>;

const policySimulation = z
  .strictObject({
    code: z.enum(PUBLIC_DECISION_CODES).meta({
      description:
        'What the key would be answered; policies decide only about a key that is valid otherwise',
    }),
    wouldDeny: z.boolean().meta({
      description: 'Whether a policy in shadow mode would forbid what is allowed',
    }),
    missingScopes: z.array(scope).meta({ description: 'For insufficient_scope' }),
    isPathAmbiguous: z.boolean().meta({
      description: 'Whether it is refused only because its path can be read in two ways',
    }),
    limits: z.array(policyLimit).optional().meta({
      description:
        'Where there are any: the rate limits in which a call that is allowed needs room. How much is left, only gateways know',
    }),
    warnings: z.array(z.string()).optional().meta({
      description:
        'Where there are any: why the answer may differ from that of a gateway, such as a route that was not given',
    }),
    keyId: apiKeyId,
    workspaceId,
    ip: z.string(),
    time: instant,
    headers: z.array(z.string()).meta({
      description: 'Names of the headers that the policies ask for, in lower case',
    }),
    policies: z.array(simulatedPolicy).meta({
      description: 'Each enabled policy that applies in the workspace, and the draft',
    }),
  })
  .meta({ id: 'PolicySimulation' });
export type PolicySimulation = z.output<typeof policySimulation>;

export const simulatePolicies = defineRoute({
  method: 'POST',
  path: '/v1/policies/simulate',
  access: 'policies.read',
  summary: 'Decide about a request that nobody sent, and say what each policy says about it',
  changesNothing: true,
  tag: 'Policies',
  body: z.strictObject({
    keyId: apiKeyId.meta({
      description:
        'Needs api_keys.read too, unless it is the calling key; for a key of another member members.read as well',
    }),
    request: policyRequest,
    ip: ipAddress.optional().meta({
      description: 'Address that the call comes from; yours unless given',
    }),
    time: instantWithOffset.optional().meta({
      description: 'When the call is made; now unless given',
    }),
    workspaceId: workspaceId.optional().meta({
      description:
        'Workspace in which the key is used; that of the key, or the only one, unless given',
    }),
    scopes: z.array(scope).max(200).optional().meta({
      description: 'Scopes that the route requires besides apis.call',
    }),
    policy: draft.optional().meta({ description: 'A text that is not saved' }),
  }),
  status: 200,
  response: policySimulation,
  errors: ['not_found', 'policy_invalid'],
});
