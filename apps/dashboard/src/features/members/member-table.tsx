import type { Member } from '@tollkeeper/contract';
import { type RecordColumn, RecordTable } from '../../components/record-table.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { formatCount } from '../../lib/format-count.ts';
import type { MemberAction } from './member-action.ts';
import { MemberMenu } from './member-menu.tsx';
import { MemberName } from './member-name.tsx';
import { MemberStatusWord } from './member-status-word.tsx';

interface MemberTableProps {
  readonly members: readonly Member[] | undefined;
  readonly onAction: (action: MemberAction) => void;
}

export function MemberTable({ members, onAction }: MemberTableProps) {
  return (
    <section aria-label="Members" className="rounded-xl border border-line bg-surface">
      <RecordTable caption="Members" columns={columns(onAction)} rows={members} />
    </section>
  );
}

function columns(onAction: (action: MemberAction) => void): RecordColumn<Member>[] {
  return [
    { header: 'Name', cell: (member) => <MemberName member={member} /> },
    {
      header: 'Role',
      look: 'w-44 hidden md:table-cell',
      cell: ({ roleName }) => (
        <span className="block truncate" title={roleName}>
          {roleName}
        </span>
      ),
    },
    {
      header: 'Status',
      look: 'w-30 hidden md:table-cell',
      cell: (member) => <MemberStatusWord member={member} />,
    },
    {
      header: 'Last seen',
      look: 'w-32 hidden text-[0.8125rem] sm:table-cell',
      cell: ({ lastSeenAt }) =>
        lastSeenAt ? <TimeAgo at={lastSeenAt} /> : <span className="text-faint">Never</span>,
    },
    {
      header: 'Live keys',
      look: 'w-24 hidden sm:table-cell',
      cell: ({ keysCount }) => formatCount(keysCount),
    },
    {
      header: 'Actions',
      look: 'w-14',
      spoken: true,
      cell: (member) => <MemberMenu member={member} onAction={onAction} />,
    },
  ];
}
