import type { Member } from '@tollkeeper/contract';
import type { Command } from 'commander';
import { type Cli, JSON_OPTION, type JsonOption } from '../../cli.ts';
import { listAll } from '../../list-all.ts';
import { paint, printJson, printTable } from '../../output.ts';
import { connect } from '../../session/connect.ts';
import type { Surroundings } from '../../surroundings.ts';
import { relativeTime } from '../../text/relative-time.ts';
import type { Column } from '../../text/table.ts';

export function addListMembers(members: Command, cli: Cli): void {
  members
    .command('list')
    .alias('ls')
    .description('list all members, with their roles and how many keys they have')
    .option(...JSON_OPTION)
    .action((options: JsonOption) => listMembers(cli, options));
}

async function listMembers({ io }: Cli, { json }: JsonOption): Promise<void> {
  const { client } = await connect(io);
  const page = await listAll(Number.POSITIVE_INFINITY, (query) => client.listMembers({ query }));
  if (json) printJson(io, page);
  else printTable(io, columns(io), page.data);
}

function columns(io: Surroundings): readonly Column<Member>[] {
  return [
    { title: 'NAME', cell: ({ name }) => name, widthMin: 12 },
    { title: 'EMAIL', cell: emailCell, widthMin: 16 },
    { title: 'ROLE', cell: ({ roleName }) => roleName, widthMin: 8 },
    {
      title: 'STATUS',
      cell: ({ status }) => `● ${status}`,
      paint: (text, { status }) => paint(io, status === 'active' ? 'green' : 'yellow', text),
    },
    { title: 'KEYS', cell: ({ keysCount }) => String(keysCount), align: 'right' },
    { title: 'LAST SEEN', cell: ({ lastSeenAt }) => relativeTime(lastSeenAt, io.now()) },
    { title: 'ID', cell: ({ id }) => id, optional: true },
  ];
}

function emailCell({ email, emailVerified }: Member): string {
  return emailVerified ? email : `${email} (not confirmed)`;
}
