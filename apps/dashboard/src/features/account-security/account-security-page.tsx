import { PageHeader } from '../../components/page-header.tsx';
import { usePageTitle } from '../../lib/use-page-title.ts';
import { AuthenticatorPanel } from './authenticator-panel.tsx';
import { PasskeysPanel } from './passkeys-panel.tsx';
import { PasswordPanel } from './password-panel.tsx';
import { SessionPanel } from './session-panel.tsx';

export function AccountSecurityPage() {
  usePageTitle('Account security');
  return (
    <>
      <PageHeader title="Account security" />
      <p className="-mt-3 mb-5 max-w-prose text-soft">
        How you sign in, in every organization that you belong to.
      </p>
      <div className="flex max-w-3xl flex-col gap-5">
        <PasswordPanel />
        <AuthenticatorPanel />
        <PasskeysPanel />
        <SessionPanel />
      </div>
    </>
  );
}
