import type { ApiKey } from '@tollkeeper/contract';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import {
  Dialog,
  DialogBody,
  DialogClose,
  DialogFooter,
} from '../../../components/forms/dialog.tsx';
import { FormDialog } from '../../../components/forms/form-dialog.tsx';
import { counted, formatCount } from '../../../lib/format.ts';
import { useSubmit } from '../../../lib/use-submit.ts';
import { AppliedLine } from '../propagation.tsx';
import { NO_REASON, ReasonField, reasonText } from './reason-field.tsx';
import { type BulkOutcome, groupByReason } from './use-bulk-change.ts';
import { type KeepMembers, useCascade } from './use-cascade.tsx';

interface BulkRevokeDialogProps {
  readonly keys: readonly ApiKey[];
  readonly onClose: () => void;
  readonly onRevoke: (reason: string, cascade: boolean, keepMembers: KeepMembers) => Promise<void>;
}

export function BulkRevokeDialog({ keys, onClose, onRevoke }: BulkRevokeDialogProps) {
  const [reason, setReason] = useState(NO_REASON);
  const ids = keys.map(({ id }) => id);
  const { cascade, keepMembers, blocked, field } = useCascade(ids, reason.choice === 'leaked');
  const form = useSubmit(['reason'], async () => {
    await onRevoke(reasonText(reason), cascade, keepMembers);
    onClose();
  });
  return (
    <FormDialog
      danger
      title={`Revoke ${counted(keys.length, 'key')}?`}
      description="They stop working everywhere, for good. Their records stay in the list. To stop them for a while, disable them instead."
      submitLabel={`Revoke ${counted(keys.length, 'key')}`}
      blocked={blocked}
      filled={reason.text !== '' || reason.choice !== NO_REASON.choice}
      form={form}
      onClose={onClose}
    >
      <NameList keys={keys} />
      <ReasonField reason={reason} error={form.errors.fields.reason} onReason={setReason} />
      {field}
    </FormDialog>
  );
}

interface BulkOutcomeDialogProps {
  readonly outcome: BulkOutcome;
  readonly onClose: () => void;
}

/** After a change of several keys: those that were not changed, and why. */
export function BulkOutcomeDialog({ outcome, onClose }: BulkOutcomeDialogProps) {
  const { title, keyIds, effect, refusals, onUndo } = outcome;
  return (
    <Dialog
      title={title}
      description={keyIds.length > 0 ? <AppliedLine keyIds={keyIds} done={effect} /> : undefined}
      onClose={onClose}
    >
      <DialogBody>
        <p>
          {counted(refusals.length, 'key')} {refusals.length === 1 ? 'was' : 'were'} not changed:
        </p>
        {groupByReason(refusals).map(({ reason, keys }) => (
          <section key={reason} className="flex flex-col gap-1">
            <h3 className="font-medium">{reason}</h3>
            <NameList keys={keys} />
          </section>
        ))}
      </DialogBody>
      <DialogFooter>
        {onUndo ? (
          <Button
            onClick={() => {
              onUndo();
              onClose();
            }}
          >
            Undo
          </Button>
        ) : null}
        <DialogClose asChild>
          <Button look="primary" data-initial-focus>
            Done
          </Button>
        </DialogClose>
      </DialogFooter>
    </Dialog>
  );
}

const NAMED_MAX = 10;

/** The names of keys; of many, the first ones and how many more there are. */
function NameList({ keys }: { readonly keys: readonly { id: string; name: string }[] }) {
  const moreCount = keys.length - NAMED_MAX;
  return (
    <ul className="list-disc pl-5 [overflow-wrap:anywhere]">
      {keys.slice(0, NAMED_MAX).map(({ id, name }) => (
        <li key={id}>{name}</li>
      ))}
      {moreCount > 0 ? <li>and {formatCount(moreCount)} more</li> : null}
    </ul>
  );
}
