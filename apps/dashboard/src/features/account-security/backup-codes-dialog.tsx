import { Download } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { ShownOnceDialog } from '../../components/shown-once-dialog.tsx';
import { saveText } from '../../lib/save-text.ts';

interface BackupCodesDialogProps {
  readonly codes: readonly string[];
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
}

/** Backup codes, the one time that they are shown. */
export function BackupCodesDialog({ codes, ...leaving }: BackupCodesDialogProps) {
  const [kept, setKept] = useState(false);
  const text = codes.join('\n');

  function download() {
    saveText('tollkeeper-backup-codes.txt', `${text}\n`);
    setKept(true);
  }

  return (
    <ShownOnceDialog
      {...leaving}
      title="Backup codes"
      width="narrow"
      what="codes"
      taken={kept}
      loss="You can create new ones at any time."
    >
      <Notice tone="warn" title="Save these codes now. They will not be shown again.">
        Each one signs you in once if you lose your phone. A password manager is a good place.
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
    </ShownOnceDialog>
  );
}
