import { useState } from 'react';
import { ActionForm } from '../../components/action-form.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { LineField } from '../../components/line-field.tsx';
import { changeSession } from '../../lib/session-endpoint.ts';
import { tellAt } from '../../lib/tell-at.ts';
import { useSubmit } from '../../lib/use-submit.ts';
import { QrCode } from './qr-code.tsx';
import { secretGroups } from './secret-groups.ts';

interface ScanDialogProps {
  readonly totpUri: string;
  readonly onVerified: () => void;
  readonly onClose: () => void;
  readonly onReturnFocus: (event: Event) => void;
}

/** The secret goes into the app; a first code shows that it arrived. */
export function ScanDialog({ totpUri, onVerified, onClose, onReturnFocus }: ScanDialogProps) {
  const [code, setCode] = useState('');
  const { pending, errors, submit } = useSubmit(['code'], async () => {
    const verifying = changeSession('two-factor/verify-totp', { code: code.replace(/\s/g, '') });
    await tellAt('code', 'unauthenticated', verifying, 'The code is wrong or outdated.');
    onVerified();
  });
  return (
    <Dialog
      title="Scan with your app"
      description="Then enter the code that it shows."
      closesOutside={false}
      onClose={onClose}
      onReturnFocus={onReturnFocus}
    >
      <ActionForm
        submitLabel="Verify"
        blocked={code.trim() === '' ? 'Enter the code.' : undefined}
        filled={code !== ''}
        pending={pending}
        errors={errors.form}
        onSubmit={submit}
        onCancel={onClose}
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
          error={errors.fields.code}
          value={code}
          onValue={setCode}
        />
      </ActionForm>
    </Dialog>
  );
}
