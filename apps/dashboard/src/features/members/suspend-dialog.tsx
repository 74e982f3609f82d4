import { useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { api } from '../../lib/api.ts';
import { counted } from '../../lib/format-count.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import type { MemberDialogProps } from './member-action.ts';

export function SuspendDialog({ member, onClose }: MemberDialogProps) {
  const queryClient = useQueryClient();
  const { pending, errors, submit } = useSubmit([], async () => {
    await api.suspendMember({ params: { id: member.id } });
    toast.success(`Suspended ${member.name}`);
    onClose();
    await queryClient.invalidateQueries();
  });
  return (
    <Dialog
      title={`Suspend ${member.name}?`}
      description="They cannot sign in to the organization until someone reinstates them."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Suspend"
        filled={false}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <p>{keysLine(member.keysCount)} Nothing is deleted.</p>
      </ActionForm>
    </Dialog>
  );
}

function keysLine(count: number): string {
  if (count === 0) return 'They own no live key. Their sessions are refused at once.';
  const verb = count === 1 ? 'is' : 'are';
  return `Their sessions and their ${counted(count, 'live key')} ${verb} refused at once, and work again once they are reinstated.`;
}
