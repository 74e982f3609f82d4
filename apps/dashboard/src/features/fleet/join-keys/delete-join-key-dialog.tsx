import { useQueryClient } from '@tanstack/react-query';
import type { JoinKey } from '@tollkeeper/contract';
import { toast } from 'sonner';
import { ActionForm } from '../../../components/action-form.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { api } from '../../../lib/api.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { refreshFleet } from '../fleet-queries.ts';

interface DeleteJoinKeyDialogProps {
  readonly joinKey: JoinKey;
  readonly onClose: () => void;
}

export function DeleteJoinKeyDialog({ joinKey, onClose }: DeleteJoinKeyDialogProps) {
  const { id, name } = joinKey;
  const queryClient = useQueryClient();
  const { pending, errors, submit } = useSubmit([], async () => {
    await api.deleteJoinKey({ params: { id } });
    toast.success(`Deleted join key ${name}`);
    onClose();
    await refreshFleet(queryClient);
  });
  return (
    <Dialog
      title={`Delete join key ${name}?`}
      description="No more gateways can join with it. Those that already have stay connected."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Delete join key"
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
