import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ActionForm } from '../../../components/action-form.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { api } from '../../../lib/api.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { keptBody, showChangedKey } from '../key-queries.ts';
import { tellChange } from '../propagation/tell-change.tsx';
import type { KeyDialogProps } from './key-dialog-props.ts';
import { ReasonField } from './reason-field.tsx';
import { NO_REASON, reasonText } from './revoke-reason.ts';
import { useCascade } from './use-cascade.tsx';

export function RevokeKeyDialog({ apiKey, onClose }: KeyDialogProps) {
  const queryClient = useQueryClient();
  const [reason, setReason] = useState(NO_REASON);
  const { cascade, keepMembers, blocked, field } = useCascade(
    [apiKey.id],
    reason.choice === 'leaked',
  );
  const { pending, errors, submit } = useSubmit(['reason'], async () => {
    const text = reasonText(reason);
    const revoked = await api.revokeKey({
      params: { id: apiKey.id },
      body: { ...(text ? { reason: text } : {}), cascade, ...keptBody(keepMembers) },
    });
    tellChange({
      title: `Revoked ${apiKey.name}${cascade ? ' and everything it created or rotated' : ''}`,
      keyIds: [apiKey.id],
      done: 'It is refused everywhere from now on.',
    });
    onClose();
    await showChangedKey(queryClient, revoked);
  });
  return (
    <Dialog
      title={`Revoke ${apiKey.name}?`}
      description="The key stops working everywhere, for good. Its record stays in the list. To stop it for a while, disable it instead."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel="Revoke key"
        blocked={blocked}
        filled={reason.text !== '' || reason.choice !== NO_REASON.choice}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <ReasonField reason={reason} error={errors.fields.reason} onReason={setReason} />
        {field}
      </ActionForm>
    </Dialog>
  );
}
