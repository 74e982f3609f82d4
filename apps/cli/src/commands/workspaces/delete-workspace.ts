import type { Workspace } from '@tollkeeper/contract';
import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { confirm, requireYesOrTerminal, type YesOption } from '../../confirm.ts';
import { findWorkspace } from '../../find-workspace.ts';
import { printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { counted } from '../../text/counted.ts';

interface DeleteOptions extends JsonOption, YesOption {}

export function addDeleteWorkspace(workspaces: Command, cli: Cli): void {
  workspaces
    .command('delete')
    .description('delete a workspace with its keys, gateways and join keys')
    .argument('<workspace>', 'id or name')
    .option('--yes', 'do not ask for the name, even if the workspace holds something')
    .option('--json', 'print nothing: the API answers a deletion without JSON')
    .action((reference: string, options: DeleteOptions) =>
      deleteWorkspace(cli, reference, options),
    );
}

async function deleteWorkspace(
  { io }: Cli,
  reference: string,
  { yes, json }: DeleteOptions,
): Promise<void> {
  const { client } = await connect(io);
  const workspace = await findWorkspace(client, reference);
  requireYesOrTerminal(io, yes);
  const { id, name } = workspace;
  const contents = contentsOf(workspace);
  if (!yes) {
    const what = `This deletes the workspace "${name}" and its ${contents} for good.`;
    await confirm(io, { what, ask: 'its name', answer: name });
  }
  // Without the name the server spares a workspace that got something in the meantime.
  await client.deleteWorkspace({ params: { id }, body: isEmpty(workspace) ? {} : { name } });
  if (!json) printLine(io, `Deleted the workspace "${name}" and its ${contents}.`);
}

function isEmpty({ keysCount, gatewaysCount, joinKeysCount }: Workspace): boolean {
  return keysCount + gatewaysCount + joinKeysCount === 0;
}

function contentsOf({ keysCount, gatewaysCount, joinKeysCount }: Workspace): string {
  const keys = counted(keysCount, 'key');
  if (gatewaysCount + joinKeysCount === 0) return keys;
  return `${keys}, ${counted(gatewaysCount, 'gateway')} and ${counted(joinKeysCount, 'join key')}`;
}
