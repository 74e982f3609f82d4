/** `tollkeeper workspaces …`: one file per verb. */
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { addCreateWorkspace } from './create-workspace.ts';
import { addDeleteWorkspace } from './delete-workspace.ts';
import { addListWorkspaces } from './list-workspaces.ts';
import { addRenameWorkspace } from './rename-workspace.ts';

export function addWorkspaces(program: Command, cli: Cli): void {
  const workspaces = program
    .command('workspaces')
    .description('divide the organization into parts, such as production and staging')
    .addHelpText('after', '\n<workspace> is an id or a name.');
  for (const add of [
    addListWorkspaces,
    addCreateWorkspace,
    addRenameWorkspace,
    addDeleteWorkspace,
  ]) {
    add(workspaces, cli);
  }
}
