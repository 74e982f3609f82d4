import { FACTOR_NAMES } from '@tollkeeper/contract';
import { Fact, Facts } from '../../components/facts.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeAgoButton } from '../../components/time-ago.tsx';
import { useIdentity } from '../sessions/index.ts';

const list = new Intl.ListFormat('en', { type: 'conjunction' });

/** What this session was opened with, and when it expires. */
export function SessionPanel() {
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
