import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { api } from '../../lib/api.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { RoleField, useGrantableRoles } from '../roles/index.ts';
import type { MemberDialogProps } from './member-action.ts';

export function ChangeRoleDialog({ member, onClose }: MemberDialogProps) {
  const queryClient = useQueryClient();
  const roles = useGrantableRoles();
  const [roleId, setRoleId] = useState(member.roleId);
  const { pending, errors, submit } = useSubmit(['roleId'], async () => {
    const changed = await api.updateMember({ params: { id: member.id }, body: { roleId } });
    toast.success(`${changed.name} is now ${changed.roleName}`);
    onClose();
    await queryClient.invalidateQueries();
  });
  return (
    <Dialog
      title={`Change the role of ${member.name}`}
      description={`Currently ${member.roleName}. The new role applies at once, to their sessions and to every key that they own.`}
      onClose={onClose}
    >
      <ActionForm
        submitLabel="Change role"
        blocked={roleId === member.roleId || roleId === '' ? 'Choose another role.' : undefined}
        filled={roleId !== member.roleId}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <RoleField roles={roles} roleId={roleId} error={errors.fields.roleId} onRole={setRoleId} />
      </ActionForm>
    </Dialog>
  );
}
