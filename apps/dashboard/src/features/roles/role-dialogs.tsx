import { useMutation } from '@tanstack/react-query';
import type { Role } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../components/forms/dialog.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { counted } from '../../lib/format.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { useGroupedScopes } from '../scopes/index.ts';
import { deleteRoleMutation, useGrantableRoles } from './queries.ts';
import { RoleField } from './role-field.tsx';
import { RoleFormDialog } from './role-form-dialog.tsx';

/** What the person has begun to do to a role. */
export type RoleAction =
  | { readonly kind: 'create' }
  | { readonly kind: 'view' | 'edit' | 'delete'; readonly role: Role };

interface RoleDialogsProps {
  readonly action: RoleAction | undefined;
  readonly onClose: () => void;
}

/** The dialog of the action under way, if any. */
export function RoleDialogs({ action, onClose }: RoleDialogsProps) {
  switch (action?.kind) {
    case undefined:
      return null;
    case 'create':
      return <RoleFormDialog onClose={onClose} />;
    case 'edit':
      return <RoleFormDialog role={action.role} onClose={onClose} />;
    case 'view':
      return <ViewRoleDialog role={action.role} onClose={onClose} />;
    case 'delete':
      return <DeleteRoleDialog role={action.role} onClose={onClose} />;
  }
}

interface RoleDialogProps {
  readonly role: Role;
  readonly onClose: () => void;
}

/** All that a role holds, in words. */
function ViewRoleDialog({ role, onClose }: RoleDialogProps) {
  const groups = useGroupedScopes(role.scopes);
  return (
    <Dialog
      title={role.name}
      description={`${role.builtIn ? 'Built in; cannot be changed' : 'Custom'}. ${counted(role.scopes.length, 'scope')}.`}
      width="wide"
      onClose={onClose}
    >
      <DialogBody>
        {role.description ? <p className="[overflow-wrap:anywhere]">{role.description}</p> : null}
        {role.scopes.length === 0 ? <p className="text-soft">This role has no scopes.</p> : null}
        <ul
          aria-label="Scopes"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what holds it scrolls, so the keyboard must get in
          tabIndex={0}
          className="flex flex-col gap-4 rounded-sm"
        >
          {groups.map(({ group, title, scopes }) => (
            <li key={group}>
              <h3 className="mb-1 font-medium">{title}</h3>
              <dl className="grid gap-x-4 gap-y-1 text-[0.8125rem] sm:grid-cols-[12.5rem_minmax(0,1fr)]">
                {scopes.map(({ name, description }) => (
                  <div key={name} className="contents">
                    <dt className="font-mono [overflow-wrap:anywhere]">{name}</dt>
                    <dd className="mb-1.5 text-soft sm:mb-0">{description}</dd>
                  </div>
                ))}
              </dl>
            </li>
          ))}
        </ul>
      </DialogBody>
      <DialogFooter>
        <Button data-initial-focus onClick={onClose}>
          Done
        </Button>
      </DialogFooter>
    </Dialog>
  );
}

/** A role in use needs a replacement; open invitations may use it, too, as the server then says. */
function DeleteRoleDialog({ role, onClose }: RoleDialogProps) {
  const remove = useMutation(deleteRoleMutation);
  const roles = useGrantableRoles().filter(({ id }) => id !== role.id);
  const [replacement, setReplacement] = useState('');
  const form = useSubmit(['replacementRoleId'], async () => {
    const query = replacement ? { replacementRoleId: replacement } : {};
    await remove.mutateAsync({ params: { id: role.id }, query });
    toast.success(`Deleted ${role.name}`);
    onClose();
  });
  const refusal = form.errors.fields.replacementRoleId;
  const inUse = role.membersCount > 0 || refusal !== undefined;
  return (
    <FormDialog
      danger
      title={`Delete ${role.name}?`}
      description={
        role.membersCount > 0
          ? `${counted(role.membersCount, 'member')} ${role.membersCount === 1 ? 'has' : 'have'} this role. They get the replacement at the same moment, which also limits their keys.`
          : 'No member has this role. You cannot undo this.'
      }
      submitLabel="Delete role"
      blocked={inUse && replacement === '' ? 'Choose a replacement.' : undefined}
      filled={replacement !== ''}
      form={form}
      onClose={onClose}
    >
      {inUse || replacement ? (
        <RoleField
          label="Replacement"
          roles={roles}
          roleId={replacement}
          error={refusal}
          onRole={setReplacement}
        />
      ) : null}
    </FormDialog>
  );
}
