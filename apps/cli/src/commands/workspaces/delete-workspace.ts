import type { Command } from 'commander';
import type { Cli, JsonOption } from '../../cli.ts';
import { confirm, requireYesOrTerminal, type YesOption } from '../../confirm.ts';
import { findWorkspace } from '../../find-workspace.ts';
import { printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';

interface DeleteOptions extends JsonOption, YesOption {}

export function addDeleteWorkspace(workspaces: Command, cli: Cli): void {
  workspaces
    .command('delete')
    .description('delete a workspace with all keys that are confined to it')
    .argument('<workspace>', 'id or name')
    .option('--yes', 'do not ask for the name, even if the workspace holds keys')
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
  requireYesOrTerminal(io, yes);
  const { client } = await connect(io);
  const { id, name, keysCount } = await findWorkspace(client, reference);
  const keys = keysCount === 1 ? '1 key' : `${keysCount} keys`;
  if (!yes) {
    const what = `This deletes the workspace "${name}" and its ${keys} for good.`;
    await confirm(io, { what, ask: 'its name', answer: name });
  }
  // Without the name the server spares a workspace that got a key in the meantime.
  await client.deleteWorkspace({ params: { id }, body: keysCount > 0 ? { name } : {} });
  if (!json) printLine(io, `Deleted the workspace "${name}" and its ${keys}.`);
}
