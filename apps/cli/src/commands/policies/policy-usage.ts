import { argument, verb } from '../../command/verb.ts';
import { printFields } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { findPolicyId } from './find-policy.ts';

const ENFORCED =
  'not counted by policy, since it is enforced: see the denied calls of its keys with "usage"';

export const policyUsage = verb({
  name: 'usage',
  summary: 'Count the calls of the last 24 hours that a policy in shadow mode would have refused',
  args: [argument('policy', 'Id or name')],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    return client.getPolicyUsage({ params: { id: await findPolicyId(client, reference) } });
  },
  print: (ctx, { mode, shadowDenials24h }) =>
    printFields(ctx, [
      ['Would have refused', `${shadowDenials24h} in 24 h, in shadow mode`],
      ...(mode === 'enforce' ? [['Refused', ENFORCED] as const] : []),
    ]),
});
