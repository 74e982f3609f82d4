import type { RouteOutput, Routes } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../cli.ts';
import { paint, printJson, printTable } from '../output.ts';
import { connect } from '../session/connect.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Column } from '../text/table.ts';

type Scope = RouteOutput<Routes['listScopes']>['scopes'][number];

export function addScopes(program: Command, cli: Cli): void {
  program
    .command('scopes')
    .description('list the scopes that a key can have, and which of them you hold')
    .option(...JSON_OPTION)
    .action((options: JsonOption) => scopes(cli, options));
}

async function scopes({ io }: Cli, { json }: JsonOption): Promise<void> {
  const { client } = await connect(io);
  const catalog = await client.listScopes();
  if (json) printJson(io, catalog);
  else printTable(io, columns(io), catalog.scopes);
}

function columns(io: Surroundings): readonly Column<Scope>[] {
  return [
    { title: 'SCOPE', cell: ({ name }) => name },
    {
      title: 'HELD',
      cell: ({ held }) => (held ? 'yes' : 'no'),
      paint: (text, { held }) => (held ? text : paint(io, 'dim', text)),
    },
    { title: 'ALLOWS TO', cell: ({ description }) => description, widthMin: 20 },
  ];
}
