import { INVITATION_BLOCKS, type Invitation } from '@tollkeeper/contract';
import { Send, Undo2 } from 'lucide-react';
import { MenuItem, RecordMenu } from '../../components/menu.tsx';
import {
  actionsColumn,
  CutText,
  type RecordColumn,
  RecordTable,
} from '../../components/record-table.tsx';
import { type StatusTone, StatusWord } from '../../components/status-word.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { useNow } from '../../lib/server-clock.ts';
import { useCan } from '../sessions/index.ts';

interface InvitationTableProps {
  readonly invitations: readonly Invitation[] | undefined;
  readonly onResend: (invitation: Invitation) => void;
  readonly onWithdraw: (invitation: Invitation) => void;
}

export function InvitationTable({ invitations, ...actions }: InvitationTableProps) {
  const mayInvite = useCan('members.invite');
  return (
    <RecordTable
      caption="Open invitations"
      columns={mayInvite ? [...COLUMNS, menuColumn(actions)] : COLUMNS}
      rows={invitations}
      note={invitationNote}
    />
  );
}

const COLUMNS: readonly RecordColumn<Invitation>[] = [
  {
    header: 'Email',
    cell: (invitation) => (
      <>
        <p className="truncate font-medium" title={invitation.email}>
          {invitation.email}
        </p>
        <p className="flex flex-wrap gap-x-3 text-[0.8125rem] text-soft md:hidden">
          {invitation.roleName}
          <InvitationStatus invitation={invitation} />
        </p>
      </>
    ),
  },
  {
    header: 'Role',
    look: 'w-44 hidden md:table-cell',
    cell: ({ roleName }) => <CutText text={roleName} />,
  },
  {
    header: 'Invited by',
    look: 'w-44 hidden lg:table-cell',
    cell: ({ invitedBy }) => (
      <CutText text={invitedBy.name} title={invitedBy.email ?? invitedBy.name} />
    ),
  },
  {
    header: 'Status',
    look: 'w-44 hidden md:table-cell',
    cell: (invitation) => <InvitationStatus invitation={invitation} />,
  },
];

function menuColumn({
  onResend,
  onWithdraw,
}: Omit<InvitationTableProps, 'invitations'>): RecordColumn<Invitation> {
  return actionsColumn((invitation) => (
    <RecordMenu name={invitation.email}>
      <MenuItem icon={<Send size={15} aria-hidden />} onSelect={() => onResend(invitation)}>
        Resend
      </MenuItem>
      <MenuItem
        danger
        icon={<Undo2 size={15} aria-hidden />}
        onSelect={() => onWithdraw(invitation)}
      >
        Withdraw…
      </MenuItem>
    </RecordMenu>
  ));
}

function invitationNote({ blockedBy, mailFailedAt }: Invitation) {
  if (!blockedBy && !mailFailedAt) return undefined;
  return (
    <p className="text-[0.8125rem] text-soft">
      {blockedBy ? `It cannot be accepted for now. ${INVITATION_BLOCKS[blockedBy]} ` : null}
      {mailFailedAt ? 'The mail could not be sent, so nobody has the link. Resend it.' : null}
    </p>
  );
}

type Status = Invitation['status'] | 'unsent';

const LOOKS: Readonly<Record<Status, { readonly word: string; readonly tone: StatusTone }>> = {
  active: { word: 'Active', tone: 'good' },
  expired: { word: 'Expired', tone: 'warn' },
  blocked: { word: 'Blocked', tone: 'bad' },
  unsent: { word: 'Mail failed', tone: 'bad' },
};

function statusOf({ status, mailFailedAt }: Invitation): Status {
  return status === 'active' && mailFailedAt ? 'unsent' : status;
}

/** Whether the link works, and until when. */
function InvitationStatus({ invitation }: { readonly invitation: Invitation }) {
  const { expiresAt } = invitation;
  // It may expire while it is shown.
  const status = Date.parse(expiresAt) <= useNow() ? 'expired' : statusOf(invitation);
  const { word, tone } = LOOKS[status];
  return (
    <>
      <StatusWord tone={tone}>{word}</StatusWord>
      {status === 'expired' ? null : (
        <span className="block text-[0.8125rem] text-soft">
          expires <TimeAgo at={expiresAt} />
        </span>
      )}
    </>
  );
}
