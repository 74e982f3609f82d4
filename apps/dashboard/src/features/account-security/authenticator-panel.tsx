import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { LoadError } from '../../components/load-error.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { StatusWord } from '../../components/status-word.tsx';
import { authenticatorQuery } from './account-queries.ts';
import { EnrolFlow } from './enrol-flow.tsx';
import { RenewCodesFlow } from './renew-codes-flow.tsx';
import { TurnOffDialog } from './turn-off-dialog.tsx';

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
