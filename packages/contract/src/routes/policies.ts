import { z } from 'zod';
import { edit, readEtag } from '../edit.ts';
import { policyId, workspaceId } from '../ids.ts';
import { listOf, listQuery } from '../list.ts';
import {
  POLICY_MODES,
  POLICY_STATUSES,
  policy,
  policyFinding,
  policySummary,
  policyText,
  policyVersion,
  policyWarnings,
  savedPolicy,
} from '../policy-schemas.ts';
import { defineRoute } from '../route.ts';
import { visibleLine } from '../text.ts';
import { propagation } from './gateways.ts';

const tag = 'Policies';
const params = z.strictObject({ id: policyId });
const description = z.union([z.literal(''), visibleLine(200)]);

const mode = z.enum(POLICY_MODES);

export const listPolicies = defineRoute({
  method: 'GET',
  path: '/v1/policies',
  access: 'policies.read',
  summary: 'List policies, without their text',
  tag,
  query: z.strictObject({
    ...listQuery,
    workspaceId: workspaceId.optional().meta({
      description: 'Only policies that apply in this workspace: its own, and the organization’s',
    }),
    search: visibleLine(64).optional().meta({
      description: 'Text that the name, the description or the Cedar text contains',
    }),
  }),
  status: 200,
  response: listOf(policySummary),
  errors: [],
});

export const createPolicy = defineRoute({
  method: 'POST',
  path: '/v1/policies',
  access: 'policies.create',
  summary: 'Create a policy',
  tag,
  body: z.strictObject({
    workspaceId: workspaceId.nullable().meta({
      description: 'Null for a policy that applies in every workspace of the organization',
    }),
    name: visibleLine(64),
    description: description.optional(),
    status: z.enum(POLICY_STATUSES).optional().meta({ description: 'Enabled unless named' }),
    mode: mode.optional().meta({ description: 'Enforced unless named' }),
    text: policyText,
  }),
  status: 201,
  response: savedPolicy,
  errors: [
    'not_found',
    'invalid_state',
    'policy_invalid',
    'outside_workspace',
    'idempotency_conflict',
  ],
  idempotent: true,
});

export const getPolicy = defineRoute({
  method: 'GET',
  path: '/v1/policies/{id}',
  access: 'policies.read',
  summary: 'Read a policy',
  tag,
  params,
  status: 200,
  response: policy,
  errors: ['not_found'],
});

export const updatePolicy = defineRoute({
  method: 'PATCH',
  path: '/v1/policies/{id}',
  access: 'policies.edit',
  summary: 'Change a policy; a new text becomes a new version',
  tag,
  params,
  body: edit({
    name: visibleLine(64).optional(),
    description: description.optional(),
    mode: mode.optional(),
    text: policyText.optional(),
  }),
  status: 200,
  response: savedPolicy,
  errors: ['not_found', 'invalid_state', 'edit_conflict', 'policy_invalid', 'outside_workspace'],
});

export const enablePolicy = defineRoute({
  method: 'POST',
  path: '/v1/policies/{id}/enable',
  access: 'policies.edit',
  summary: 'Enable a policy',
  tag,
  params,
  status: 200,
  response: policy,
  errors: ['not_found', 'outside_workspace'],
});

export const disablePolicy = defineRoute({
  method: 'POST',
  path: '/v1/policies/{id}/disable',
  access: 'policies.edit',
  summary: 'Disable a policy, so that gateways no longer evaluate it',
  tag,
  params,
  status: 200,
  response: policy,
  errors: ['not_found', 'outside_workspace'],
});

export const deletePolicy = defineRoute({
  method: 'DELETE',
  path: '/v1/policies/{id}',
  access: 'policies.delete',
  summary: 'Delete a policy and its versions',
  tag,
  params,
  status: 204,
  errors: ['not_found', 'outside_workspace'],
});

export const listPolicyVersions = defineRoute({
  method: 'GET',
  path: '/v1/policies/{id}/versions',
  access: 'policies.read',
  summary: 'List the versions of a policy, the newest first',
  tag,
  params,
  query: z.strictObject(listQuery),
  status: 200,
  response: listOf(policyVersion),
  errors: ['not_found'],
});

export const restorePolicy = defineRoute({
  method: 'POST',
  path: '/v1/policies/{id}/restore',
  access: 'policies.edit',
  summary: 'Restore the text of an earlier version, as a new version',
  tag,
  params,
  body: z.strictObject({ version: z.int().min(1).max(2_147_483_647), etag: readEtag }),
  status: 200,
  response: savedPolicy,
  errors: ['not_found', 'invalid_state', 'edit_conflict', 'policy_invalid', 'outside_workspace'],
});

export const validatePolicy = defineRoute({
  method: 'POST',
  path: '/v1/policies/validate',
  access: 'policies.read',
  summary: 'Check the text of a policy without saving it',
  changesNothing: true,
  tag,
  body: z.strictObject({
    text: policyText,
    workspaceId: workspaceId.nullable().optional().meta({
      description: 'Where the policy is to apply; null for the whole organization',
    }),
  }),
  status: 200,
  response: z
    .strictObject({
      errors: z.array(policyFinding).meta({ description: 'Why the policy could not be saved' }),
      warnings: policyWarnings,
    })
    .meta({ id: 'PolicyValidation' }),
  errors: ['not_found'],
});

export const getPolicySchema = defineRoute({
  method: 'GET',
  path: '/v1/policies/schema',
  access: 'policies.read',
  summary: 'Read the Cedar schema that policies are validated with',
  tag,
  status: 200,
  response: z
    .strictObject({
      schema: z.string().meta({
        description: 'In the Cedar schema format. Its record of headers names those of a policy',
      }),
    })
    .meta({ id: 'PolicySchema' }),
  errors: [],
});

const policyPropagation = z
  .strictObject({ policyId, ...propagation })
  .meta({ id: 'PolicyPropagation' });
export type PolicyPropagation = z.output<typeof policyPropagation>;

export const getPolicyPropagation = defineRoute({
  method: 'GET',
  path: '/v1/policies/{id}/propagation',
  access: 'policies.read',
  summary: 'Read which gateways have applied the last change of a policy, also of a deleted one',
  tag,
  params,
  status: 200,
  response: policyPropagation,
  errors: ['not_found'],
});
