import { verb } from '../../command/verb.ts';
import { connect } from '../../session/connect.ts';
import { printPropagation, propagationExitCode } from '../print-propagation.ts';
import { findKeyId, KEY } from './open-key.ts';

export const showPropagation = verb({
  name: 'propagation',
  summary:
    'Show which gateways have applied the last change of a key; exits with 11 until all have',
  notes: 'Give the id of a key to see the propagation of its deletion.',
  examples: ['keys propagation ci-pipeline'],
  args: [KEY],
  run: async ({ ctx, args: [reference] }) => {
    const { client } = await connect(ctx);
    const id = await findKeyId(client, reference);
    return client.getKeyPropagation({ params: { id } });
  },
  print: (ctx, propagation) => printPropagation(ctx, propagation, 'decides about this key'),
  exitCode: propagationExitCode,
});
