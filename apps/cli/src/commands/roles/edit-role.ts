import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findRoleId } from '../../find-role.ts';
import { requireChange, splitList } from '../../options.ts';
import { hint, printJson } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { printRole } from './print-role.ts';

interface EditOptions extends JsonOption {
  readonly name?: string;
  readonly scopes?: readonly string[];
  readonly description?: string;
}

export function addEditRole(roles: Command, cli: Cli): void {
  roles
    .command('edit')
    .description('change a custom role; sessions and keys of its members follow at once')
    .argument('<role>', 'id or name')
    .option('--name <name>', 'another name')
    .option('--scopes <scopes...>', 'all scopes of the role, replacing those it has')
    .option('--description <text>', 'what it is for')
    .option(...JSON_OPTION)
    .action((reference: string, options: EditOptions) => editRole(cli, reference, options));
}

async function editRole({ io }: Cli, reference: string, options: EditOptions): Promise<void> {
  const body = requireChange(changeOf(options), '--name, --scopes or --description');
  const { client } = await connect(io);
  const id = await findRoleId(client, reference);
  const role = await client.updateRole({ params: { id }, body });
  if (options.json) return printJson(io, role);
  hint(io, `Changed the role "${role.name}".`);
  printRole(io, role);
}

function changeOf({ name, scopes, description }: EditOptions) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(scopes === undefined ? {} : { scopes: splitList(scopes) ?? [] }),
    ...(description === undefined ? {} : { description }),
  };
}
