import { useQueryClient } from '@tanstack/react-query';
import type { Role } from '@tollkeeper/contract';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { api } from '../../lib/api.ts';
import { counted } from '../../lib/format-count.ts';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { RoleField } from './role-field.tsx';
import { useGrantableRoles } from './use-roles.ts';

interface DeleteRoleDialogProps {
  readonly role: Role;
  readonly onClose: () => void;
}

/** A role in use needs a replacement; open invitations may use it, too, as the server then says. */
export function DeleteRoleDialog({ role, onClose }: DeleteRoleDialogProps) {
  const queryClient = useQueryClient();
  const roles = useGrantableRoles().filter(({ id }) => id !== role.id);
  const [replacement, setReplacement] = useState('');
  const { pending, errors, submit } = useSubmit(['replacementRoleId'], async () => {
    const query = replacement ? { replacementRoleId: replacement } : {};
    const deleting = api.deleteRole({ params: { id: role.id }, query });
    await tellAt('replacementRoleId', 'invalid_state', deleting);
    toast.success(`Deleted ${role.name}`);
    onClose();
    await queryClient.invalidateQueries();
  });
  const inUse = role.membersCount > 0 || errors.fields.replacementRoleId !== undefined;
  return (
    <Dialog
      title={`Delete ${role.name}?`}
      description={
        role.membersCount > 0
          ? `${counted(role.membersCount, 'member')} hold${role.membersCount === 1 ? 's' : ''} it. They get another role in the same moment, and their keys follow.`
          : 'No member has it. This cannot be undone.'
      }
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Delete role"
        blocked={inUse && replacement === '' ? 'Choose a replacement.' : undefined}
        filled={replacement !== ''}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        {inUse || replacement ? (
          <RoleField
            label="Replacement"
            roles={roles}
            roleId={replacement}
            error={errors.fields.replacementRoleId}
            onRole={setReplacement}
          />
        ) : null}
      </ActionForm>
    </Dialog>
  );
}
