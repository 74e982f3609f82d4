/** `tollkeeper roles …`: one file per verb. */
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { addCreateRole } from './create-role.ts';
import { addDeleteRole } from './delete-role.ts';
import { addEditRole } from './edit-role.ts';
import { addListRoles } from './list-roles.ts';
import { addShowRole } from './show-role.ts';

export function addRoles(program: Command, cli: Cli): void {
  const roles = program
    .command('roles')
    .description('list, create and change roles')
    .addHelpText('after', '\n<role> is an id or a name. The built-in roles are fixed.');
  for (const add of [addListRoles, addShowRole, addCreateRole, addEditRole, addDeleteRole]) {
    add(roles, cli);
  }
}
