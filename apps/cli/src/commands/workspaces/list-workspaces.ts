import type { Workspace } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { listAll } from '../../list-all.ts';
import { printJson, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import { relativeTime } from '../../text/relative-time.ts';
import type { Column } from '../../text/table.ts';

export function addListWorkspaces(workspaces: Command, cli: Cli): void {
  workspaces
    .command('list')
    .alias('ls')
    .description('list all workspaces that you can see')
    .option(...JSON_OPTION)
    .action((options: JsonOption) => listWorkspaces(cli, options));
}

async function listWorkspaces({ io }: Cli, { json }: JsonOption): Promise<void> {
  const { client } = await connect(io);
  const load = (query: { limit: number; cursor?: string }) => client.listWorkspaces({ query });
  const page = await listAll(Number.POSITIVE_INFINITY, load);
  if (json) printJson(io, page);
  else printTable(io, columns(io.now()), page.data);
}

function columns(now: Date): readonly Column<Workspace>[] {
  return [
    { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
    { title: 'ENVIRONMENT', cell: ({ environment }) => environment },
    { title: 'KEYS', cell: ({ keysCount }) => String(keysCount), align: 'right' },
    { title: 'ID', cell: ({ id }) => id },
    { title: 'CREATED', cell: ({ createdAt }) => relativeTime(createdAt, now), optional: true },
  ];
}
