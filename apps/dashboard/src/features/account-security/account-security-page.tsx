import { FACTOR_NAMES } from '@tollkeeper/contract';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { PageHeader, usePageTitle } from '../../components/page.tsx';
import { Fact, Facts, Panel } from '../../components/panel.tsx';
import { TimeAgoButton } from '../../components/time-ago.tsx';
import { useIdentity } from '../sessions/index.ts';
import { AuthenticatorPanel } from './authenticator-panel.tsx';
import { PasskeysPanel } from './passkeys-panel.tsx';
import { ChangePasswordDialog } from './password-dialogs.tsx';

export function AccountSecurityPage() {
  usePageTitle('Account security');
  return (
    <>
      <PageHeader
        title="Account security"
        lead="How you sign in, in every organization that you belong to."
      />
      <div className="flex max-w-3xl flex-col gap-5">
        <PasswordPanel />
        <AuthenticatorPanel />
        <PasskeysPanel />
        <SessionPanel />
      </div>
    </>
  );
}

function PasswordPanel() {
  const [changing, setChanging] = useState(false);
  return (
    <Panel title="Password">
      <div className="px-5 pt-1 pb-5">
        <Button onClick={() => setChanging(true)}>Change password</Button>
      </div>
      {changing ? <ChangePasswordDialog onClose={() => setChanging(false)} /> : null}
    </Panel>
  );
}

const list = new Intl.ListFormat('en', { type: 'conjunction' });

/** What this session was opened with, and when it expires. */
function SessionPanel() {
  const { session } = useIdentity();
  if (!session) return null;
  const { factors, authenticatedAt, expiresAt } = session;
  return (
    <Panel title="This session">
      <Facts>
        <Fact term="Signed in with">
          {list.format(factors.map((factor) => FACTOR_NAMES[factor]))}
        </Fact>
        <Fact term="Signed in">
          <TimeAgoButton at={authenticatedAt} />
        </Fact>
        <Fact term="Expires">
          <TimeAgoButton at={expiresAt} />
        </Fact>
      </Facts>
    </Panel>
  );
}
