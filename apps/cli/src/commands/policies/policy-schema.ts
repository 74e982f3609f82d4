import { verb } from '../../command/verb.ts';
import { printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';

export const policySchema = verb({
  name: 'schema',
  summary: 'Print the Cedar schema that policies are validated with, for editors and other tools',
  examples: ['policies schema > tollkeeper.cedarschema'],
  run: async ({ ctx }) => {
    const { client } = await connect(ctx);
    return client.getPolicySchema();
  },
  print: (ctx, { schema }) => {
    for (const line of schema.trimEnd().split('\n')) printLine(ctx, line);
  },
});
