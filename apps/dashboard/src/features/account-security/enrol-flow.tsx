import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { changeSession } from '../../lib/session-endpoint.ts';
import { useReturnFocus } from '../../lib/use-return-focus.ts';
import { authenticatorQuery, type Enrolment, parseEnrolment } from './account-queries.ts';
import { BackupCodesDialog } from './backup-codes-dialog.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { ScanDialog } from './scan-dialog.tsx';

/** Password, then the app's first code, then the backup codes, once. */
export function EnrolFlow({ onClose }: { readonly onClose: () => void }) {
  const returnFocus = useReturnFocus();
  const queryClient = useQueryClient();
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const [verified, setVerified] = useState(false);

  if (!enrolment) {
    return (
      <PasswordDialog
        title="Set up an authenticator app"
        description="You need an app such as Aegis, 1Password or Google Authenticator at hand."
        submitLabel="Continue"
        ask={(password) => changeSession('two-factor/enable', { password })}
        onAnswer={(answer) => setEnrolment(parseEnrolment(answer))}
        onClose={onClose}
      />
    );
  }
  if (!verified) {
    return (
      <ScanDialog
        totpUri={enrolment.totpURI}
        onVerified={() => setVerified(true)}
        onClose={onClose}
        onReturnFocus={returnFocus}
      />
    );
  }

  function finish() {
    // Only now: what shows the state may show another page once it is on.
    queryClient.setQueryData(authenticatorQuery.queryKey, true);
    onClose();
  }

  return (
    <BackupCodesDialog codes={enrolment.backupCodes} onClose={finish} onReturnFocus={returnFocus} />
  );
}
