import { useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { changeSession } from '../../lib/session-endpoint.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { type Passkey, passkeysQuery } from './account-queries.ts';
import { passkeyName } from './passkey-name.ts';

interface DeletePasskeyDialogProps {
  readonly passkey: Passkey;
  readonly onClose: () => void;
}

export function DeletePasskeyDialog({ passkey, onClose }: DeletePasskeyDialogProps) {
  const queryClient = useQueryClient();
  const name = passkeyName(passkey);
  const { pending, errors, submit } = useSubmit([], async () => {
    await changeSession('passkey/delete-passkey', { id: passkey.id });
    toast.success(`Deleted ${name}`);
    onClose();
    await queryClient.invalidateQueries(passkeysQuery);
  });
  return (
    <Dialog
      title={`Delete ${name}?`}
      description="You can no longer sign in with it. Your device may still offer it until you delete it there, too."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Delete passkey"
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
