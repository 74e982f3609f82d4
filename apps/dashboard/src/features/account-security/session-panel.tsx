import type { Factor } from '@tollkeeper/contract';
import { Fact, Facts } from '../../components/facts.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeAgoButton } from '../../components/time-ago.tsx';
import { useIdentity } from '../sessions/index.ts';

const WORDS: Readonly<Record<Factor, string>> = {
  password: 'password',
  totp: 'authenticator code',
  backup_code: 'backup code',
  passkey: 'passkey',
};

const list = new Intl.ListFormat('en', { type: 'conjunction' });

/** What this session was opened with, and when it ends. */
export function SessionPanel() {
  const { session } = useIdentity();
  if (!session) return null;
  const { factors, authenticatedAt, expiresAt } = session;
  return (
    <Panel title="This session">
      <Facts>
        <Fact term="Signed in by">{list.format(factors.map((factor) => WORDS[factor]))}</Fact>
        <Fact term="Confirmed">
          <TimeAgoButton at={authenticatedAt} />
        </Fact>
        <Fact term="Ends">
          <TimeAgoButton at={expiresAt} />
        </Fact>
      </Facts>
    </Panel>
  );
}
