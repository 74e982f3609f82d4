import type { ApiKey } from '@tollkeeper/contract';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { counted } from '../../../lib/format-count.ts';
import { BulkRevokeDialog } from '../actions/bulk-revoke-dialog.tsx';
import { useBulkChange } from '../actions/use-bulk-change.ts';

interface BulkBarProps {
  readonly keys: readonly ApiKey[];
  readonly onClear: () => void;
}

/** What can be done to the selected keys together. Floats, so that the table does not jump. */
export function BulkBar({ keys, onClear }: BulkBarProps) {
  const [revoking, setRevoking] = useState(false);
  const { pending, disableAll, revokeAll } = useBulkChange(onClear);
  const active = keys.filter(({ status }) => status === 'active');
  const alive = keys.filter(({ status }) => status !== 'revoked');
  return (
    <section
      aria-label="Selected keys"
      className="animate-rise sticky bottom-4 z-20 mx-auto my-3 flex w-fit items-center gap-2 rounded-lg border border-line bg-surface py-2 pr-2 pl-4 shadow-float"
    >
      <p role="status" className="mr-2 whitespace-nowrap">
        {counted(keys.length, 'key')} selected
      </p>
      <Button
        size="small"
        pending={pending}
        blocked={active.length === 0 ? 'None of the selected keys is active.' : undefined}
        onClick={() => disableAll(active)}
      >
        Disable
      </Button>
      <Button
        size="small"
        look="danger"
        pending={pending}
        blocked={alive.length === 0 ? 'All of the selected keys are revoked.' : undefined}
        onClick={() => setRevoking(true)}
      >
        Revoke…
      </Button>
      <Button size="small" look="quiet" onClick={onClear}>
        Clear
      </Button>
      {revoking ? (
        <BulkRevokeDialog
          keys={alive}
          onClose={() => setRevoking(false)}
          onRevoke={(reason, cascade) => revokeAll(alive, reason, cascade)}
        />
      ) : null}
    </section>
  );
}
