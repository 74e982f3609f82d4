import type { Role } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { listAll } from '../../list-all.ts';
import { printJson, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import type { Column } from '../../text/table.ts';

const COLUMNS: readonly Column<Role>[] = [
  { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
  { title: 'KIND', cell: ({ builtIn }) => (builtIn ? 'built in' : 'custom') },
  { title: 'SCOPES', cell: ({ scopes }) => String(scopes.length), align: 'right' },
  { title: 'MEMBERS', cell: ({ membersCount }) => String(membersCount), align: 'right' },
  { title: 'ID', cell: ({ id }) => id },
  { title: 'DESCRIPTION', cell: ({ description }) => description, widthMin: 16, optional: true },
];

export function addListRoles(roles: Command, cli: Cli): void {
  roles
    .command('list')
    .alias('ls')
    .description('list all roles, the built-in ones first')
    .option(...JSON_OPTION)
    .action((options: JsonOption) => listRoles(cli, options));
}

async function listRoles({ io }: Cli, { json }: JsonOption): Promise<void> {
  const { client } = await connect(io);
  const page = await listAll(Number.POSITIVE_INFINITY, (query) => client.listRoles({ query }));
  if (json) printJson(io, page);
  else printTable(io, COLUMNS, page.data);
}
