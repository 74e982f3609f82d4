import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useMemo, useState } from 'react';
import { encode } from 'uqr';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { FormDialog } from '../../components/forms/form-dialog.tsx';
import { LineField } from '../../components/forms/line-field.tsx';
import { ShownOnceDialog } from '../../components/forms/shown-once-dialog.tsx';
import { Notice } from '../../components/notice.tsx';
import { saveText } from '../../lib/copy-text.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { secretGroups, verifyCodeMutation } from './queries.ts';

interface ScanDialogProps {
  readonly totpUri: string;
  readonly onVerified: () => void;
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
}

/** The secret goes into the app; a first code shows that it arrived. */
export function ScanDialog({ totpUri, onVerified, onClose, onReturnFocus }: ScanDialogProps) {
  const [code, setCode] = useState('');
  const verify = useMutation(verifyCodeMutation);
  const form = useSubmit(['code'], async () => {
    await verify.mutateAsync(code.replace(/\s/g, ''));
    onVerified();
  });
  return (
    <FormDialog
      title="Scan with your app"
      description="Then enter the code that it shows."
      closesOutside={false}
      submitLabel="Verify"
      blocked={code.trim() === '' ? 'Enter the code.' : undefined}
      filled={code !== ''}
      form={form}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <div className="flex flex-wrap items-center gap-4">
        <QrCode text={totpUri} label="QR code of the secret" />
        <div className="min-w-0 flex-[1_1_10rem] text-[0.8125rem] text-soft">
          <p>No camera? Type this secret into the app:</p>
          <p className="mt-1.5 select-all break-words font-mono text-ink leading-relaxed">
            {secretGroups(totpUri).join(' ')}
          </p>
          <p className="mt-1.5">
            On the phone itself,{' '}
            <a href={totpUri} className="text-accent underline underline-offset-2">
              open the app
            </a>
            .
          </p>
        </div>
      </div>
      <LineField
        label="Code"
        data-initial-focus
        autoComplete="one-time-code"
        inputMode="numeric"
        spellCheck={false}
        className="max-w-40 font-mono tracking-widest"
        error={form.errors.fields.code}
        value={code}
        onValue={setCode}
      />
    </FormDialog>
  );
}

interface QrCodeProps {
  readonly text: string;
  readonly label: string;
}

/** Drawn here, so that the text goes nowhere. Dark on light in both themes: scanners expect it. */
function QrCode({ text, label }: QrCodeProps) {
  const { size, path } = useMemo(() => draw(text), [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="size-52 shrink-0 rounded-lg bg-[#fff]"
    >
      <path d={path} fill="#000" />
    </svg>
  );
}

function draw(text: string) {
  const { size, data } = encode(text, { ecc: 'L', border: 4 });
  const path = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  return { size, path: path.join('') };
}

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
      isSaved={kept}
      loss="You can create new ones at any time."
    >
      <Notice tone="warn" title="Save these codes now. They will not be shown again.">
        Each code signs you in once if you lose your phone. Keep them in a password manager, for
        example.
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
