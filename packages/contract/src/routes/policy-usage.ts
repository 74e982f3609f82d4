import { z } from 'zod';
import { policyId } from '../ids.ts';
import { defineRoute } from '../route.ts';

const policyUsage = z
  .strictObject({
    policyId,
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
