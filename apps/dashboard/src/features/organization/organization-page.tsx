import { useQuery } from '@tanstack/react-query';
import { PLAN_KEYS_MAX, type Plan } from '@tollkeeper/contract';
import { LackedScope, LoadError } from '../../components/notice.tsx';
import { PageHeader, Skeleton, usePageTitle } from '../../components/page.tsx';
import { Fact, Facts, IdFact, Panel } from '../../components/panel.tsx';
import { TimeAgoButton } from '../../components/time-ago.tsx';
import { counted } from '../../lib/format.ts';
import { useCan } from '../sessions/index.ts';
import { DangerZone } from './danger-zone.tsx';
import { type Organization, organizationQuery } from './queries.ts';
import { SettingsPanel } from './settings-panel.tsx';

interface OrganizationPageProps {
  /** The organization was deleted from this page. */
  readonly onGone: () => Promise<void>;
}

export function OrganizationPage({ onGone }: OrganizationPageProps) {
  usePageTitle('Organization');
  const mayRead = useCan('organization.read');
  const maySet = useCan('organization.settings');
  const { data, error, refetch } = useQuery({ ...organizationQuery, enabled: mayRead });
  return (
    <>
      <PageHeader title="Organization" />
      {mayRead ? null : <LackedScope scope="organization.read" what="the organization" />}
      {error && !data ? (
        <LoadError what="the organization" error={error} onRetry={refetch} />
      ) : null}
      {mayRead && !data && !error ? <Skeleton className="h-80 w-full" /> : null}
      {data ? (
        <div
          className={
            maySet
              ? 'grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_24rem]'
              : 'flex max-w-2xl flex-col gap-5'
          }
        >
          <div className="flex min-w-0 flex-col gap-5 empty:hidden">
            {maySet ? <SettingsPanel key={data.id} organization={data} /> : null}
            <DangerZone organization={data} onGone={onGone} />
          </div>
          <OrganizationFacts organization={data} withSettings={!maySet} />
        </div>
      ) : null}
    </>
  );
}

interface OrganizationFactsProps {
  readonly organization: Organization;
  /** Whether the settings, too, are only to be read. */
  readonly withSettings: boolean;
}

function OrganizationFacts({ organization, withSettings }: OrganizationFactsProps) {
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

export const PLAN_NAMES: Readonly<Record<Plan, string>> = {
  free: 'Free',
  developer: 'Developer',
  pro: 'Pro',
  enterprise: 'Enterprise',
};
