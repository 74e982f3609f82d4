import { POLICY_MODES, type PolicyReplay } from '@tollkeeper/contract';
import type { CliContext } from '../../cli-context.ts';
import { choice, given, text } from '../../command/option.ts';
import { verb } from '../../command/verb.ts';
import { EXIT, Failure } from '../../failure.ts';
import { printFields, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { findWorkspaceId } from '../workspaces.ts';
import { findPolicyId } from './find-policy.ts';
import { readText } from './read-text.ts';

export const replayPolicies = verb({
  name: 'replay',
  summary: 'Say which calls of the last 24 hours an edit of a policy would have refused',
  examples: [
    'policies replay --policy "Office only" --file office.cedar',
    'policies replay --file new.cedar --workspace production',
  ],
  options: {
    policy: text('policy', 'Policy that is edited: id or name; a further policy without it'),
    file: text('file', 'File with the new text; that of the policy unless given'),
    mode: choice('mode', POLICY_MODES, 'Mode after the edit; enforced unless given'),
    workspace: text(
      'workspace',
      'Workspace whose calls are asked about: id or name; the only one unless given',
    ),
  },
  run: async ({ ctx, options: { policy, file, mode, workspace } }) => {
    if (policy === undefined && file === undefined) {
      throw new Failure(EXIT.usage, 'Give --policy, --file, or both.');
    }
    const cedar = file === undefined ? undefined : await readText(file);
    const { client } = await connect(ctx);
    const id = policy === undefined ? undefined : await findPolicyId(client, policy);
    const workspaceId = workspace ? await findWorkspaceId(client, workspace) : undefined;
    return client.replayPolicies({
      body: { policy: given({ id, text: cedar, mode }), ...given({ workspaceId }) },
    });
  },
  print: printReplay,
});

const UNKNOWN =
  'the text asks for more than key, gateway, route and method, the key is no longer in force, or its calls are of too many kinds';

function printReplay(
  ctx: CliContext,
  { calls, refused, unknown, isOwnOnly, keys }: PolicyReplay,
): void {
  const whose = isOwnOnly ? ' of this key alone, which lacks usage.read or api_keys.read' : '';
  printFields(ctx, [
    ['Calls', `${calls} allowed in the last 24 hours${whose}`],
    ['Refused', String(refused), refused > 0 ? 'red' : 'green'],
    ['Unknown', unknown > 0 ? `${unknown}: ${UNKNOWN}` : '0'],
  ]);
  if (keys.length === 0) return;
  printTable(
    ctx,
    [
      { title: 'KEY', cell: ({ name }) => name, widthMin: 12 },
      { title: 'REFUSED', cell: (each) => String(each.refused), align: 'right' },
      { title: 'ID', cell: ({ keyId }) => keyId },
    ],
    keys,
  );
}
