import type { ApiKey } from '@tollkeeper/contract';
import { useState } from 'react';
import { ActionForm } from '../../../components/action-form.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { counted } from '../../../lib/format-count.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { CascadeField } from './cascade-field.tsx';
import { ReasonField } from './reason-field.tsx';
import { NO_REASON, reasonText } from './revoke-reason.ts';

interface BulkRevokeDialogProps {
  readonly keys: readonly ApiKey[];
  readonly onClose: () => void;
  readonly onRevoke: (reason: string, cascade: boolean) => Promise<void>;
}

export function BulkRevokeDialog({ keys, onClose, onRevoke }: BulkRevokeDialogProps) {
  const [reason, setReason] = useState(NO_REASON);
  const [chosen, setChosen] = useState<boolean>();
  const cascade = chosen ?? reason.choice === 'leaked';
  const { pending, errors, submit } = useSubmit([], async () => {
    await onRevoke(reasonText(reason), cascade);
    onClose();
  });
  return (
    <Dialog
      title={`Revoke ${counted(keys.length, 'key')}?`}
      description="They are refused everywhere from then on, for good. Their records stay in the list."
      onClose={onClose}
    >
      <ActionForm
        danger
        submitLabel={`Revoke ${counted(keys.length, 'key')}`}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
      >
        <ul className="max-h-40 list-disc overflow-y-auto pl-5 [overflow-wrap:anywhere]">
          {keys.map((key) => (
            <li key={key.id}>{key.name}</li>
          ))}
        </ul>
        <ReasonField reason={reason} onReason={setReason} />
        <CascadeField created={undefined} checked={cascade} onCheck={setChosen} />
      </ActionForm>
    </Dialog>
  );
}
