import { Button } from '../../../components/button.tsx';
import { CopyRow } from '../../../components/copy-button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../../components/forms/dialog.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Fact, Facts } from '../../../components/panel.tsx';
import { TimeAgoButton } from '../../../components/time-ago.tsx';
import { counted, formatCount } from '../../../lib/format.ts';
import { serverUrl } from '../../../lib/page-address.ts';
import { useCan } from '../../sessions/index.ts';
import type { AuditLog } from './queries.ts';
import { RetentionForm } from './retention-form.tsx';
import { Witnesses } from './witnesses.tsx';

interface LogDialogProps {
  readonly log: AuditLog;
  readonly onClose: () => void;
}

/** What the transparency log is now, how to check it without trusting the server, and how long it is kept. */
export function LogDialog({ log, onClose }: LogDialogProps) {
  const maySet = useCan('organization.settings');
  return (
    <Dialog
      title="Transparency log"
      description="Every event is a leaf of a Merkle tree, which the server signs. Anyone who keeps the public key finds out when an event is changed, removed or inserted later."
      width="wide"
      onClose={onClose}
    >
      <DialogBody>
        {log.problem === null ? null : (
          <Notice tone="bad" title="The stored log was changed">
            {log.problem}
          </Notice>
        )}
        <div className="-mx-5">
          <Facts>
            <Fact term="Signed events">{formatCount(log.size)}</Fact>
            <Fact term="Last checkpoint">
              {log.checkpointAt === null ? 'None yet' : <TimeAgoButton at={log.checkpointAt} />}
            </Fact>
            <Fact term="Root hash">
              <code className="font-mono text-xs">{log.rootHash ?? 'None yet'}</code>
            </Fact>
            <Fact term="First event">
              {formatCount(log.firstSequence)}
              {log.firstSequence > 1 ? (
                <span className="block text-[0.8125rem] text-soft">
                  Earlier ones were removed by the retention. All from this one on can be proved.
                </span>
              ) : null}
            </Fact>
            <Fact term="Witnesses">
              <Witnesses witnesses={log.witnesses} />
            </Fact>
            {maySet ? null : <Fact term="Kept for">{retentionWords(log)}</Fact>}
          </Facts>
        </div>
        {maySet ? <RetentionForm log={log} /> : null}
        <CopyRow primary label="Public key" text={log.publicKey} />
        <CopyRow
          label="Verify on the command line"
          copyLabel="Copy command"
          text={`tollkeeper audit verify ${serverUrl()} --key ${log.publicKey}`}
        />
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Close</Button>
      </DialogFooter>
    </Dialog>
  );
}

function retentionWords({ retentionDays }: AuditLog): string {
  return retentionDays === null ? 'Unlimited time' : counted(retentionDays, 'day');
}
