import type { ApiKey } from '@tollkeeper/contract';
import { useState } from 'react';
import { ActionForm } from '../../../components/action-form.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { counted } from '../../../lib/format-count.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { NameList } from './name-list.tsx';
import { ReasonField } from './reason-field.tsx';
import type { KeepMembers } from './removed-members-field.tsx';
import { NO_REASON, reasonText } from './revoke-reason.ts';
import { useCascade } from './use-cascade.tsx';

interface BulkRevokeDialogProps {
  readonly keys: readonly ApiKey[];
  readonly onClose: () => void;
  readonly onRevoke: (reason: string, cascade: boolean, keepMembers: KeepMembers) => Promise<void>;
}

export function BulkRevokeDialog({ keys, onClose, onRevoke }: BulkRevokeDialogProps) {
  const [reason, setReason] = useState(NO_REASON);
  const ids = keys.map(({ id }) => id);
  const { cascade, keepMembers, blocked, field } = useCascade(ids, reason.choice === 'leaked');
  const { pending, errors, submit } = useSubmit(['reason'], async () => {
    await onRevoke(reasonText(reason), cascade, keepMembers);
    onClose();
  });
  return (
    <Dialog
      title={`Revoke ${counted(keys.length, 'key')}?`}
      description="They stop working everywhere, for good. Their records stay in the list. To stop them for a while, disable them instead."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel={`Revoke ${counted(keys.length, 'key')}`}
        blocked={blocked}
        filled={reason.text !== '' || reason.choice !== NO_REASON.choice}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <NameList keys={keys} />
        <ReasonField reason={reason} error={errors.fields.reason} onReason={setReason} />
        {field}
      </ActionForm>
    </Dialog>
  );
}
