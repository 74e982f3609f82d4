import type { Role } from '@tollkeeper/contract';
import { Eye, Pencil, Trash2 } from 'lucide-react';
import { MenuItem } from '../../components/menu.tsx';
import { RecordMenu } from '../../components/record-menu.tsx';
import { useCan, useIdentity } from '../sessions/index.ts';
import type { RoleAction } from './role-action.ts';

interface RoleMenuProps {
  readonly role: Role;
  readonly onAction: (action: RoleAction) => void;
}

/** Built-in roles can only be viewed; nobody changes a role that holds more than they do. */
export function RoleMenu({ role, onAction }: RoleMenuProps) {
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
      {mayEdit ? (
        <MenuItem
          icon={<Pencil size={15} aria-hidden />}
          onSelect={() => onAction({ kind: 'edit', role })}
        >
          Edit…
        </MenuItem>
      ) : null}
      {mayDelete ? (
        <MenuItem
          danger
          icon={<Trash2 size={15} aria-hidden />}
          onSelect={() => onAction({ kind: 'delete', role })}
        >
          Delete…
        </MenuItem>
      ) : null}
    </RecordMenu>
  );
}
