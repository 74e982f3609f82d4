import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findWorkspaceId } from '../../find-workspace.ts';
import { printJson, printLine } from '../../output.ts';
import { connect } from '../../session/connect.ts';

export function addRenameWorkspace(workspaces: Command, cli: Cli): void {
  workspaces
    .command('rename')
    .description('give the workspace another name')
    .argument('<workspace>', 'id or name')
    .argument('<name>', 'the new name')
    .option(...JSON_OPTION)
    .action((reference: string, name: string, options: JsonOption) =>
      renameWorkspace(cli, reference, name, options),
    );
}

async function renameWorkspace(
  { io }: Cli,
  reference: string,
  name: string,
  { json }: JsonOption,
): Promise<void> {
  const { client } = await connect(io);
  const id = await findWorkspaceId(client, reference);
  const workspace = await client.updateWorkspace({ params: { id }, body: { name } });
  if (json) return printJson(io, workspace);
  printLine(io, `Renamed "${reference}" to "${workspace.name}".`);
}
