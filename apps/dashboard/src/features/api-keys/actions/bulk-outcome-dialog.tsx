import { Button } from '../../../components/button.tsx';
import { Dialog, DialogBody, DialogClose, DialogFooter } from '../../../components/dialog.tsx';
import { counted } from '../../../lib/format-count.ts';
import { AppliedLine } from '../propagation/applied-line.tsx';
import { type BulkOutcome, groupByReason } from './bulk-outcome.ts';
import { NameList } from './name-list.tsx';

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
