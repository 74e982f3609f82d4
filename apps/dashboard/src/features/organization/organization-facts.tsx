import { PLAN_KEYS_MAX } from '@tollkeeper/contract';
import { Fact, Facts, IdFact } from '../../components/facts.tsx';
import { Panel } from '../../components/panel.tsx';
import { TimeAgoButton } from '../../components/time-ago.tsx';
import { counted } from '../../lib/format-count.ts';
import type { Organization } from './organization-query.ts';
import { PLAN_NAMES } from './plan-names.ts';

interface OrganizationFactsProps {
  readonly organization: Organization;
  /** Whether the settings, too, are only to be read. */
  readonly withSettings: boolean;
}

export function OrganizationFacts({ organization, withSettings }: OrganizationFactsProps) {
  const { id, name, slug, plan, defaultExpiryDays, createdAt } = organization;
  const keysMax = PLAN_KEYS_MAX[plan];
  return (
    <Panel title="Facts">
      <Facts>
        {withSettings ? (
          <>
            <Fact term="Name">{name}</Fact>
            <Fact term="Slug">
              <code className="font-mono">{slug}</code>
            </Fact>
            <Fact term="New keys">
              {defaultExpiryDays === null
                ? 'Expire when their creator chooses'
                : `Expire after ${counted(defaultExpiryDays, 'day')} by default`}
            </Fact>
          </>
        ) : null}
        <Fact term="Plan">
          {PLAN_NAMES[plan]},{' '}
          {keysMax === null ? 'unlimited keys' : `up to ${counted(keysMax, 'key')}`}
        </Fact>
        <Fact term="Created">
          <TimeAgoButton at={createdAt} />
        </Fact>
        <IdFact id={id} />
      </Facts>
    </Panel>
  );
}
