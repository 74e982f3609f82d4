import { useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { api } from '../../lib/api.ts';
import { counted } from '../../lib/format-count.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import type { MemberDialogProps } from './member-action.ts';

export function ReinstateDialog({ member, onClose }: MemberDialogProps) {
  const queryClient = useQueryClient();
  const { pending, errors, submit } = useSubmit([], async () => {
    await api.reinstateMember({ params: { id: member.id } });
    toast.success(`Reinstated ${member.name}`);
    onClose();
    await queryClient.invalidateQueries();
  });
  return (
    <Dialog
      title={`Reinstate ${member.name}?`}
      description={`They can use the organization again, as ${member.roleName}.`}
      onClose={onClose}
    >
      <ActionForm
        submitLabel="Reinstate"
        filled={false}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <p>
          {member.keysCount === 0
            ? 'They own no live key.'
            : `Their ${counted(member.keysCount, 'live key')} work again at once. Disabled keys stay disabled.`}
        </p>
      </ActionForm>
    </Dialog>
  );
}
