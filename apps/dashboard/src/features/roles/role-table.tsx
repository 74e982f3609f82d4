import type { Role } from '@tollkeeper/contract';
import { Eye } from 'lucide-react';
import { DeleteItem, EditItem, MenuItem, RecordMenu } from '../../components/menu.tsx';
import { actionsColumn, type RecordColumn, RecordTable } from '../../components/record-table.tsx';
import { counted, formatCount } from '../../lib/format.ts';
import { ScopesPopover } from '../scopes/index.ts';
import { useCan, useIdentity } from '../sessions/index.ts';
import type { RoleAction } from './role-dialogs.tsx';

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
    actionsColumn((role) => <RoleMenu role={role} onAction={onAction} />),
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

interface RoleMenuProps {
  readonly role: Role;
  readonly onAction: (action: RoleAction) => void;
}

/** Built-in roles can only be viewed; nobody changes a role that holds more than they do. */
function RoleMenu({ role, onAction }: RoleMenuProps) {
  const held = new Set(useIdentity().scopes);
  const within = !role.builtIn && role.scopes.every((scope) => held.has(scope));
  const mayEdit = useCan('roles.edit') && within;
  const mayDelete = useCan('roles.delete') && within;
  return (
    <RecordMenu name={role.name}>
      <MenuItem
        icon={<Eye size={15} aria-hidden />}
        onSelect={() => onAction({ kind: 'view', role })}
      >
        View scopes
      </MenuItem>
      {mayEdit ? <EditItem onSelect={() => onAction({ kind: 'edit', role })} /> : null}
      {mayDelete ? <DeleteItem onSelect={() => onAction({ kind: 'delete', role })} /> : null}
    </RecordMenu>
  );
}
