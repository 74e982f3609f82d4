import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '../../components/button.tsx';
import { LoadError } from '../../components/notice.tsx';
import { Skeleton } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { StatusWord } from '../../components/status-word.tsx';
import { useReturnFocus } from '../../lib/hooks.ts';
import { BackupCodesDialog, ScanDialog } from './authenticator-dialogs.tsx';
import { PasswordDialog } from './password-dialogs.tsx';
import {
  authenticatorQuery,
  type Enrolment,
  enrolMutation,
  renewCodesMutation,
  turnOffMutation,
} from './queries.ts';

/** A code from an app on one's phone, asked for after the password (TOTP, RFC 6238). */
export function AuthenticatorPanel() {
  const { data: isOn, error, refetch } = useQuery(authenticatorQuery);
  const [open, setOpen] = useState<'enrol' | 'renew' | 'off'>();
  const close = () => setOpen(undefined);
  return (
    <Panel title="Authenticator app" aside={<State isOn={isOn} />}>
      <div className="flex flex-col gap-4 px-5 pt-1 pb-5">
        <p className="max-w-prose text-soft">
          After your password, you enter a six-digit code from an app on your phone. If you lose the
          phone, you sign in with a backup code.
        </p>
        {error ? <LoadError what="your account" error={error} onRetry={refetch} /> : null}
        <div className="flex flex-wrap gap-2">
          {isOn === undefined && !error ? <Skeleton className="h-9 w-44" /> : null}
          {isOn === false || isOn === null ? (
            <Button look="primary" onClick={() => setOpen('enrol')}>
              Set up authenticator app
            </Button>
          ) : null}
          {isOn === true || isOn === null ? (
            <>
              <Button onClick={() => setOpen('renew')}>New backup codes</Button>
              <Button look="danger" onClick={() => setOpen('off')}>
                Turn off
              </Button>
            </>
          ) : null}
        </div>
      </div>
      {open === 'enrol' ? <EnrolFlow onClose={close} /> : null}
      {open === 'renew' ? <RenewCodesFlow onClose={close} /> : null}
      {open === 'off' ? <TurnOffDialog onClose={close} /> : null}
    </Panel>
  );
}

function State({ isOn }: { readonly isOn: boolean | null | undefined }) {
  if (isOn === undefined || isOn === null) return null;
  return <StatusWord tone={isOn ? 'good' : 'off'}>{isOn ? 'On' : 'Off'}</StatusWord>;
}

interface FlowProps {
  readonly onClose: () => void;
}

/** Password, then the app's first code, then the backup codes, once. */
function EnrolFlow({ onClose }: FlowProps) {
  const returnFocus = useReturnFocus();
  const queryClient = useQueryClient();
  const enrol = useMutation(enrolMutation);
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const [verified, setVerified] = useState(false);

  if (!enrolment) {
    return (
      <PasswordDialog
        title="Set up an authenticator app"
        description="You need an app such as Aegis, 1Password or Google Authenticator at hand."
        submitLabel="Continue"
        onPassword={async (password) => setEnrolment(await enrol.mutateAsync(password))}
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

function RenewCodesFlow({ onClose }: FlowProps) {
  const returnFocus = useReturnFocus();
  const renew = useMutation(renewCodesMutation);
  const [codes, setCodes] = useState<readonly string[]>();
  if (codes) {
    return <BackupCodesDialog codes={codes} onClose={onClose} onReturnFocus={returnFocus} />;
  }
  return (
    <PasswordDialog
      title="New backup codes"
      description="The old codes stop working at once."
      submitLabel="Create new codes"
      onPassword={async (password) => setCodes(await renew.mutateAsync(password))}
      onClose={onClose}
    />
  );
}

function TurnOffDialog({ onClose }: FlowProps) {
  const turnOff = useMutation(turnOffMutation);
  return (
    <PasswordDialog
      danger
      title="Turn the authenticator app off?"
      description="You then sign in with your password alone, and the backup codes stop working. An organization that requires a second factor locks you out until you set one up again."
      submitLabel="Turn off"
      onPassword={async (password) => {
        await turnOff.mutateAsync(password);
        toast.success('Turned the authenticator app off');
        onClose();
      }}
      onClose={onClose}
    />
  );
}
