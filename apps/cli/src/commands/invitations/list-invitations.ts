import { INVITATION_BLOCKS, type Invitation } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { listAll } from '../../list-all.ts';
import { type Colour, hint, paint, printJson, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import type { Surroundings } from '../../surroundings.ts';
import { relativeTime } from '../../text/relative-time.ts';
import type { Column } from '../../text/table.ts';

export function addListInvitations(invitations: Command, cli: Cli): void {
  invitations
    .command('list')
    .alias('ls')
    .description('list the invitations that nobody has accepted yet')
    .option(...JSON_OPTION)
    .action((options: JsonOption) => listInvitations(cli, options));
}

async function listInvitations({ io }: Cli, { json }: JsonOption): Promise<void> {
  const { client } = await connect(io);
  const load = (query: { limit: number; cursor?: string }) => client.listInvitations({ query });
  const page = await listAll(Number.POSITIVE_INFINITY, load);
  if (json) return printJson(io, page);
  if (page.data.length === 0) return hint(io, 'No invitation is open.');
  printTable(io, columns(io), page.data);
  for (const { email, blockedBy } of page.data) {
    if (blockedBy) hint(io, `"${email}" cannot accept for now. ${INVITATION_BLOCKS[blockedBy]}`);
  }
}

const STATUS_COLOURS: Readonly<Record<Invitation['status'], Colour>> = {
  active: 'green',
  expired: 'dim',
  blocked: 'red',
};

function columns(io: Surroundings): readonly Column<Invitation>[] {
  const now = io.now();
  return [
    { title: 'EMAIL', cell: ({ email }) => email, widthMin: 16 },
    { title: 'ROLE', cell: ({ roleName }) => roleName, widthMin: 8 },
    {
      title: 'STATUS',
      cell: ({ status }) => `● ${status}`,
      paint: (text, { status }) => paint(io, STATUS_COLOURS[status], text),
    },
    { title: 'INVITED BY', cell: ({ invitedBy }) => invitedBy.name, widthMin: 8 },
    { title: 'EXPIRES', cell: ({ expiresAt }) => relativeTime(expiresAt, now) },
    { title: 'ID', cell: ({ id }) => id, optional: true },
  ];
}
