import { useQuery } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { Logo, usePageTitle } from '../../components/page.tsx';
import { useIdentity } from '../sessions/index.ts';
import { AuthenticatorPanel } from './authenticator-panel.tsx';
import { PasskeysPanel } from './passkeys-panel.tsx';
import { authenticatorQuery, passkeysQuery } from './queries.ts';

interface SecondFactorPageProps {
  readonly onContinue: () => void;
  readonly onSignOut: () => void;
}

/** For members whose organization asks for a second factor that they do not have yet. */
export function SecondFactorPage({ onContinue, onSignOut }: SecondFactorPageProps) {
  usePageTitle('Second factor');
  const { organization, member } = useIdentity();
  const { data: hasApp } = useQuery(authenticatorQuery);
  const { data: passkeys = [] } = useQuery(passkeysQuery);
  const ready = hasApp === true || passkeys.length > 0;
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-2xl flex-col justify-center gap-5 px-5 pt-12 pb-28">
      <div>
        <p className="mb-6 flex items-center gap-2.5 font-semibold">
          <Logo size={26} />
          Tollkeeper
        </p>
        <h1 className="font-semibold text-xl tracking-tight">Set up a second factor</h1>
        <p className="text-soft [overflow-wrap:anywhere]">
          {organization.name} requires a second factor of every member. Until you have set one up
          for {member.email}, you can do nothing else there. One of the two below is enough.
        </p>
      </div>
      {/* Where the server does not tell of the app, trying is the only way to know. */}
      {ready || hasApp === null ? (
        <Notice
          tone="info"
          title={ready ? 'You have a second factor' : 'Have you set one up?'}
          urgent={ready}
        >
          <Button look="primary" className="mt-2" onClick={onContinue}>
            Continue
          </Button>
        </Notice>
      ) : null}
      <AuthenticatorPanel />
      <PasskeysPanel />
      <Button look="quiet" className="self-end" onClick={onSignOut}>
        Sign out
      </Button>
    </main>
  );
}
