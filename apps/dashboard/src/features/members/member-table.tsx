import { type Member, OWNER_ROLE_ID } from '@tollkeeper/contract';
import { CirclePause, CirclePlay, History, ShieldCheck, UserMinus } from 'lucide-react';
import { MenuItem, MenuSeparator, RecordMenu } from '../../components/menu.tsx';
import { actionsColumn, type RecordColumn, RecordTable } from '../../components/record-table.tsx';
import { StatusWord } from '../../components/status-word.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { counted, formatCount } from '../../lib/format.ts';
import { useRoles } from '../roles/index.ts';
import { useCan, useIdentity } from '../sessions/index.ts';
import type { MemberAction } from './member-dialogs.tsx';

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
      look: 'w-32 hidden cell-small sm:table-cell',
      cell: ({ lastSeenAt }) =>
        lastSeenAt ? <TimeAgo at={lastSeenAt} /> : <span className="text-faint">Never</span>,
    },
    {
      header: 'Live keys',
      look: 'w-24 hidden sm:table-cell',
      cell: ({ keysCount }) => formatCount(keysCount),
    },
    actionsColumn((member) => <MemberMenu member={member} onAction={onAction} />),
  ];
}

interface MemberMenuProps {
  readonly member: Member;
  readonly onAction: (action: MemberAction) => void;
}

/** What the log has of the member, and what can be done to them: nothing to the owner, oneself, or one who holds more. */
function MemberMenu({ member, onAction }: MemberMenuProps) {
  const { mayChangeRole, maySuspend, mayRemove } = useMemberPermissions(member);
  const mayReadEvents = useCan('audit.read');
  if (!mayReadEvents && !mayChangeRole && !maySuspend && !mayRemove) return null;
  const begin = (kind: MemberAction['kind']) => () => onAction({ kind, member });
  return (
    <RecordMenu name={member.name}>
      {mayReadEvents ? (
        <MenuItem icon={<History size={15} aria-hidden />} onSelect={begin('events')}>
          Audit log…
        </MenuItem>
      ) : null}
      {mayChangeRole ? (
        <MenuItem icon={<ShieldCheck size={15} aria-hidden />} onSelect={begin('role')}>
          Change role…
        </MenuItem>
      ) : null}
      {maySuspend && member.status === 'active' ? (
        <MenuItem icon={<CirclePause size={15} aria-hidden />} onSelect={begin('suspend')}>
          Suspend…
        </MenuItem>
      ) : null}
      {maySuspend && member.status === 'suspended' ? (
        <MenuItem icon={<CirclePlay size={15} aria-hidden />} onSelect={begin('reinstate')}>
          Reinstate…
        </MenuItem>
      ) : null}
      {mayRemove ? (
        <>
          <MenuSeparator />
          <MenuItem danger icon={<UserMinus size={15} aria-hidden />} onSelect={begin('remove')}>
            Remove…
          </MenuItem>
        </>
      ) : null}
    </RecordMenu>
  );
}

/**
 * What the person signed in may do to the member. Nobody acts on the owner, on themselves, or on
 * a member whose role holds more than theirs; where they cannot see the role, the server decides.
 */
function useMemberPermissions(member: Member) {
  const { scopes, member: self } = useIdentity();
  const role = useRoles().find(({ id }) => id === member.roleId);
  const held = new Set(scopes);
  const within =
    member.roleId !== OWNER_ROLE_ID &&
    member.id !== self.id &&
    (role === undefined || role.scopes.every((scope) => held.has(scope)));
  return {
    mayChangeRole: useCan('members.role_change') && within,
    maySuspend: useCan('members.suspend') && within,
    mayRemove: useCan('members.remove') && within,
  };
}

/** Name and address; in narrow windows also what wide ones show in columns. */
function MemberName({ member }: { readonly member: Member }) {
  const self = useIdentity().member.id;
  return (
    <>
      <p className="flex min-w-0 items-baseline gap-1.5">
        <span className="truncate font-medium" title={member.name}>
          {member.name}
        </span>
        {member.id === self ? (
          <span className="shrink-0 text-[0.8125rem] text-soft">(you)</span>
        ) : null}
      </p>
      <p className="truncate text-[0.8125rem] text-soft" title={member.email}>
        {member.email}
      </p>
      {member.emailVerified ? null : (
        <p className="mt-1 text-[0.8125rem]">
          <StatusWord tone="warn">Address not confirmed</StatusWord>
        </p>
      )}
      <p className="mt-1 flex flex-wrap gap-x-3 text-[0.8125rem] md:hidden">
        <span className="truncate" title={member.roleName}>
          {member.roleName}
        </span>
        <MemberStatusWord member={member} />
        <span className="text-soft sm:hidden">{counted(member.keysCount, 'live key')}</span>
      </p>
    </>
  );
}

function MemberStatusWord({ member }: { readonly member: Member }) {
  return member.status === 'active' ? (
    <StatusWord tone="good">Active</StatusWord>
  ) : (
    <StatusWord tone="warn">Suspended</StatusWord>
  );
}
