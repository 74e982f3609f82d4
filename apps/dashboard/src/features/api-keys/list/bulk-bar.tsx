import { BULK_KEYS_MAX } from '@tollkeeper/contract';
import { X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { counted, formatCount } from '../../../lib/format.ts';
import { BulkOutcomeDialog, BulkRevokeDialog } from '../actions/bulk-dialogs.tsx';
import { useBulkChange } from '../actions/use-bulk-change.ts';
import type { KeySelection } from './use-key-selection.ts';

interface BulkBarProps {
  readonly selection: KeySelection;
  /** On all pages. */
  readonly totalCount: number;
}

/** What can be done to the selected keys together. Floats over the list, and rests below its end. */
export function BulkBar({ selection, totalCount }: BulkBarProps) {
  const { keys, pending: isSelecting } = selection;
  const [isRevoking, setRevoking] = useState(false);
  const { running, outcome, forgetOutcome, disableAll, enableAll, revokeAll } = useBulkChange(
    selection.clear,
  );
  const pending = running !== undefined || isSelecting;
  const active = keys.filter(({ status }) => status === 'active');
  const disabled = keys.filter(({ status }) => status === 'disabled');
  const alive = keys.filter(({ status }) => status !== 'revoked');
  const label = (verb: string, count: number) =>
    count === 0 || count === keys.length ? verb : `${verb} ${formatCount(count)}`;
  const status = isSelecting ? 'Selecting…' : `${counted(keys.length, 'key')} selected`;
  return (
    <>
      {keys.length > 0 ? (
        <section
          aria-label="Selected keys"
          className="animate-rise sticky bottom-4 z-20 mx-auto mt-3 flex w-fit max-w-[calc(100%-1.5rem)] flex-wrap items-center gap-2 rounded-lg border border-line bg-surface p-2 shadow-float"
        >
          <Button
            size="icon"
            look="quiet"
            aria-label="Clear selection"
            onClick={() => leave(selection)}
          >
            <X size={16} aria-hidden />
          </Button>
          <p role="status" className="mr-2 whitespace-nowrap">
            {running ?? status}
          </p>
          {selection.matchingCount === undefined ? null : (
            <Button size="small" look="quiet" pending={pending} onClick={selection.selectMatching}>
              {matchingWords(selection.matchingCount, totalCount)}
            </Button>
          )}
          <Button
            size="small"
            pending={pending}
            blocked={active.length === 0 ? 'None of the selected keys is active.' : undefined}
            onClick={() => disableAll(active)}
          >
            {label('Disable', active.length)}
          </Button>
          <Button
            size="small"
            pending={pending}
            blocked={disabled.length === 0 ? 'None of the selected keys is disabled.' : undefined}
            onClick={() => enableAll(disabled)}
          >
            {label('Enable', disabled.length)}
          </Button>
          <Button
            size="small"
            look="danger"
            pending={pending}
            blocked={alive.length === 0 ? 'All of the selected keys are revoked.' : undefined}
            onClick={() => setRevoking(true)}
          >
            {label('Revoke', alive.length)}…
          </Button>
        </section>
      ) : null}
      {isRevoking ? (
        <BulkRevokeDialog
          keys={alive}
          onClose={() => setRevoking(false)}
          onRevoke={(reason, cascade, keep) => revokeAll(alive, reason, cascade, keep)}
        />
      ) : null}
      {outcome ? <BulkOutcomeDialog outcome={outcome} onClose={forgetOutcome} /> : null}
    </>
  );
}

/** The bar goes, and with it the button that has the focus. */
function leave({ clear }: KeySelection): void {
  document.getElementById('main')?.focus({ preventScroll: true });
  clear();
}

function matchingWords(count: number, totalCount: number): string {
  return totalCount <= BULK_KEYS_MAX
    ? `Select all ${formatCount(count)}`
    : `Select the first ${formatCount(count)} of ${formatCount(totalCount)}`;
}
