import { Download } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Dialog, DialogBody, DialogFooter } from '../../components/dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { saveText } from '../../lib/save-text.ts';

interface BackupCodesDialogProps {
  readonly codes: readonly string[];
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
}

/** Backup codes, the one time that they are shown. */
export function BackupCodesDialog({ codes, onClose, onReturnFocus }: BackupCodesDialogProps) {
  const [kept, setKept] = useState(false);
  const [warned, setWarned] = useState(false);
  const text = codes.join('\n');

  // Escape and the cross are easily hit by mistake: the first one asks, unless they were kept.
  function leave() {
    if (kept || warned) onClose();
    else setWarned(true);
  }

  function download() {
    saveText('tollkeeper-backup-codes.txt', `${text}\n`);
    setKept(true);
  }

  return (
    <Dialog
      title="Backup codes"
      closesOutside={false}
      onClose={leave}
      onReturnFocus={onReturnFocus}
    >
      <DialogBody>
        <Notice tone="warn" title="Keep them now: they will not be shown again.">
          Each lets you in once, when your phone is lost. A password manager is a good place.
        </Notice>
        <ul
          aria-label="Backup codes"
          className="grid grid-cols-2 gap-x-4 gap-y-1.5 rounded-lg bg-sunken px-4 py-3 font-mono"
        >
          {codes.map((code) => (
            <li key={code} className="select-all">
              {code}
            </li>
          ))}
        </ul>
        <div className="flex flex-wrap gap-2">
          <CopyButton
            data-initial-focus
            text={text}
            label="Copy codes"
            onCopied={() => setKept(true)}
          />
          <Button onClick={download}>
            <Download size={15} aria-hidden />
            Download
          </Button>
        </div>
        {warned && !kept ? (
          <Notice tone="bad" urgent title="The codes are not kept yet">
            Close once more to leave without them. You can make new ones at any time.
          </Notice>
        ) : null}
      </DialogBody>
      <DialogFooter>
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
