import { useState } from 'react';
import { changeSession } from '../../lib/session-endpoint.ts';
import { useReturnFocus } from '../../lib/use-return-focus.ts';
import { parseBackupCodes } from './account-queries.ts';
import { BackupCodesDialog } from './backup-codes-dialog.tsx';
import { PasswordDialog } from './password-dialog.tsx';

export function RenewCodesFlow({ onClose }: { readonly onClose: () => void }) {
  const returnFocus = useReturnFocus();
  const [codes, setCodes] = useState<readonly string[]>();
  if (codes) {
    return <BackupCodesDialog codes={codes} onClose={onClose} onReturnFocus={returnFocus} />;
  }
  return (
    <PasswordDialog
      title="New backup codes"
      description="The old ones stop working at once."
      submitLabel="Make new codes"
      ask={(password) => changeSession('two-factor/generate-backup-codes', { password })}
      onAnswer={(answer) => setCodes(parseBackupCodes(answer))}
      onClose={onClose}
    />
  );
}
