import { JOIN_KEY_BLOCKS, type JoinKey } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { findWorkspaceId } from '../../find-workspace.ts';
import { listAll } from '../../list-all.ts';
import { type Colour, hint, paint, printJson, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import type { Surroundings } from '../../surroundings.ts';
import { formatLabels } from '../../text/labels.ts';
import { relativeTime } from '../../text/relative-time.ts';
import type { Column } from '../../text/table.ts';

interface ListOptions extends JsonOption {
  readonly workspace?: string;
}

export function addListJoinKeys(joinKeys: Command, cli: Cli): void {
  joinKeys
    .command('list')
    .alias('ls')
    .description('list join keys, including used and expired ones')
    .option('--workspace <workspace>', 'only those of it: id or name')
    .option(...JSON_OPTION)
    .action((options: ListOptions) => listJoinKeys(cli, options));
}

async function listJoinKeys({ io }: Cli, { workspace, json }: ListOptions): Promise<void> {
  const { client } = await connect(io);
  const filter = workspace ? { workspaceId: await findWorkspaceId(client, workspace) } : {};
  const page = await listAll(Number.POSITIVE_INFINITY, (query) =>
    client.listJoinKeys({ query: { ...filter, ...query } }),
  );
  if (json) return printJson(io, page);
  if (page.data.length > 0) return printJoinKeys(io, page.data);
  hint(io, 'There are none. Run "tollkeeper join-keys create" to let a gateway in.');
}

function printJoinKeys(io: Surroundings, joinKeys: readonly JoinKey[]): void {
  printTable(io, columns(io), joinKeys);
  for (const { name, blockedBy } of joinKeys) {
    if (blockedBy)
      hint(io, `"${name}" admits no gateway at present. ${JOIN_KEY_BLOCKS[blockedBy]}`);
  }
}

const STATUS_COLOURS: Readonly<Record<JoinKey['status'], Colour>> = {
  active: 'green',
  used_up: 'dim',
  expired: 'dim',
  blocked: 'red',
};

function columns(io: Surroundings): readonly Column<JoinKey>[] {
  return [
    { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
    { title: 'PREFIX', cell: ({ prefix }) => prefix },
    {
      title: 'STATUS',
      cell: ({ status }) => `● ${status.replace('_', ' ')}`,
      paint: (text, { status }) => paint(io, STATUS_COLOURS[status], text),
    },
    { title: 'USED', cell: ({ usesCount, usesMax }) => `${usesCount} of ${usesMax}` },
    { title: 'EXPIRES', cell: ({ expiresAt }) => relativeTime(expiresAt, io.now()) },
    { title: 'WORKSPACE', cell: ({ workspaceId }) => workspaceId, optional: true },
    { title: 'LABELS', cell: ({ labels }) => formatLabels(labels), widthMin: 8, optional: true },
    { title: 'CREATED BY', cell: ({ createdBy }) => createdBy.name, widthMin: 8, optional: true },
  ];
}
