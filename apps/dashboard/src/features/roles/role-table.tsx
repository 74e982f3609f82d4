import type { Role } from '@tollkeeper/contract';
import { type RecordColumn, RecordTable } from '../../components/record-table.tsx';
import { counted, formatCount } from '../../lib/format-count.ts';
import { ScopesPopover } from '../scopes/index.ts';
import type { RoleAction } from './role-action.ts';
import { RoleMenu } from './role-menu.tsx';

interface RoleTableProps {
  readonly roles: readonly Role[] | undefined;
  readonly onAction: (action: RoleAction) => void;
}

export function RoleTable({ roles, onAction }: RoleTableProps) {
  return (
    <section aria-label="Roles" className="rounded-xl border border-line bg-surface">
      <RecordTable caption="Roles" columns={columns(onAction)} rows={roles} />
    </section>
  );
}

function columns(onAction: (action: RoleAction) => void): RecordColumn<Role>[] {
  return [
    { header: 'Name', cell: (role) => <NameCell role={role} /> },
    {
      header: 'Kind',
      look: 'w-28 hidden text-soft sm:table-cell',
      cell: ({ builtIn }) => (builtIn ? 'Built in' : 'Custom'),
    },
    { header: 'Scopes', look: 'w-26', cell: (role) => <ScopesPopover holder={role} /> },
    {
      header: 'Members',
      look: 'w-26 hidden sm:table-cell',
      cell: ({ membersCount }) => formatCount(membersCount),
    },
    {
      header: 'Actions',
      look: 'w-12',
      spoken: true,
      cell: (role) => <RoleMenu role={role} onAction={onAction} />,
    },
  ];
}

function NameCell({ role }: { readonly role: Role }) {
  return (
    <>
      <p className="truncate font-medium" title={role.name}>
        {role.name}
      </p>
      {role.description ? (
        <p
          className="line-clamp-2 text-[0.8125rem] text-soft [overflow-wrap:anywhere]"
          title={role.description}
        >
          {role.description}
        </p>
      ) : null}
      <p className="text-[0.8125rem] text-soft sm:hidden">
        {role.builtIn ? 'Built in' : 'Custom'}, {counted(role.membersCount, 'member')}
      </p>
    </>
  );
}
