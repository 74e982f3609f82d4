import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ActionForm } from '../../../components/action-form.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { api } from '../../../lib/api.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { showChangedKey } from '../key-queries.ts';
import { tellChange } from '../propagation/tell-change.tsx';
import type { KeyDialogProps } from './key-dialog-props.ts';
import { ReasonField } from './reason-field.tsx';

export function RevokeKeyDialog({ apiKey, onClose }: KeyDialogProps) {
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const { pending, errors, submit } = useSubmit(['reason'], async () => {
    const revoked = await api.revokeKey({
      params: { id: apiKey.id },
      body: reason.trim() ? { reason: reason.trim() } : {},
    });
    tellChange({
      title: `Revoked ${apiKey.name}`,
      keyIds: [apiKey.id],
      done: 'It is refused everywhere from now on.',
    });
    onClose();
    await showChangedKey(queryClient, revoked);
  });
  return (
    <Dialog
      title={`Revoke ${apiKey.name}?`}
      description="It is refused everywhere from then on, for good. Its record stays in the list. To stop it for a while, disable it instead."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Revoke key"
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <ReasonField value={reason} error={errors.fields.reason} onValue={setReason} />
      </ActionForm>
    </Dialog>
  );
}
