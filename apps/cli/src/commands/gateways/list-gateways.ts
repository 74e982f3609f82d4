import type { Gateway } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findWorkspaceId } from '../../find-workspace.ts';
import { listAll } from '../../list-all.ts';
import { hint, paint, printJson, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import type { Surroundings } from '../../surroundings.ts';
import { formatLabels } from '../../text/labels.ts';
import { relativeTime } from '../../text/relative-time.ts';
import type { Column } from '../../text/table.ts';
import { STATE_COLOURS, stateText, versionText } from './gateway-state.ts';

interface ListOptions extends JsonOption {
  readonly workspace?: string;
}

export function addListGateways(gateways: Command, cli: Cli): void {
  gateways
    .command('list')
    .alias('ls')
    .description('list gateways with their state and version')
    .option('--workspace <workspace>', 'only those of it: id or name')
    .option(...JSON_OPTION)
    .action((options: ListOptions) => listGateways(cli, options));
}

async function listGateways({ io }: Cli, { workspace, json }: ListOptions): Promise<void> {
  const { client } = await connect(io);
  const filter = workspace ? { workspaceId: await findWorkspaceId(client, workspace) } : {};
  const page = await listAll(Number.POSITIVE_INFINITY, (query) =>
    client.listGateways({ query: { ...filter, ...query } }),
  );
  if (json) return printJson(io, page);
  if (page.data.length === 0) {
    return hint(io, 'There are none. Run "tollkeeper join-keys create" to let the first one in.');
  }
  printTable(io, columns(io), page.data);
  for (const { id, name } of page.data.filter(({ identityConflict }) => identityConflict)) {
    hint(io, `"${name}" is used from two places: see "tollkeeper gateways show ${id}".`);
  }
}

function columns(io: Surroundings): readonly Column<Gateway>[] {
  return [
    { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
    {
      title: 'STATE',
      cell: stateText,
      paint: (text, { state }) => paint(io, STATE_COLOURS[state], text),
    },
    { title: 'VERSION', cell: versionText, align: 'right' },
    { title: 'LAST SEEN', cell: ({ lastSeenAt }) => relativeTime(lastSeenAt, io.now()) },
    {
      title: 'CALLS/MIN',
      cell: ({ callsPerMinute }) => callsPerMinute?.toLocaleString('en') ?? '',
      align: 'right',
    },
    { title: 'ID', cell: ({ id }) => id },
    { title: 'LABELS', cell: ({ labels }) => formatLabels(labels), widthMin: 8, optional: true },
    { title: 'FAULT', cell: ({ fault }) => fault ?? '', widthMin: 8, optional: true },
  ];
}
