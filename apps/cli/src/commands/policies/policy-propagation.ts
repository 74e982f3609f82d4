import { argument, verb } from '../../command/verb.ts';
import { connect } from '../../session/connect.ts';
import { printPropagation, propagationExitCode } from '../print-propagation.ts';
import { findPolicyId } from './find-policy.ts';

export const policyPropagation = verb({
  name: 'propagation',
  summary:
    'Show which gateways have applied the last change of a policy; exits with 11 until all have',
  notes: 'Give the id of a policy to see the propagation of its deletion.',
  examples: ['policies propagation "Office only"'],
  args: [argument('policy', 'Id or name')],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    return client.getPolicyPropagation({ params: { id: await findPolicyId(client, reference) } });
  },
  print: (ctx, propagation) => printPropagation(ctx, propagation, 'evaluates this policy'),
  exitCode: propagationExitCode,
});
