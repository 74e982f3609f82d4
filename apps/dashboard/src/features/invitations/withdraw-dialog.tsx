import { useQueryClient } from '@tanstack/react-query';
import type { Invitation } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { api } from '../../lib/api.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { refreshInvitations } from './invitations-query.ts';

interface WithdrawDialogProps {
  readonly invitation: Invitation;
  readonly onClose: () => void;
}

export function WithdrawDialog({ invitation, onClose }: WithdrawDialogProps) {
  const queryClient = useQueryClient();
  const { pending, errors, submit } = useSubmit([], async () => {
    await api.withdrawInvitation({ params: { id: invitation.id } });
    toast.success(`Withdrew the invitation for ${invitation.email}`);
    onClose();
    await refreshInvitations(queryClient);
  });
  return (
    <Dialog
      title={`Withdraw the invitation for ${invitation.email}?`}
      description="Its link stops working at once. You can invite the address again."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Withdraw"
        filled={false}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        {null}
      </ActionForm>
    </Dialog>
  );
}
