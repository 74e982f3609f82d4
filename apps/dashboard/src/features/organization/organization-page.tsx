import { useQuery } from '@tanstack/react-query';
import { LoadError } from '../../components/load-error.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { usePageTitle } from '../../lib/use-page-title.ts';
import { LackedScope, useCan } from '../sessions/index.ts';
import { DangerZone } from './danger-zone.tsx';
import { OrganizationFacts } from './organization-facts.tsx';
import { organizationQuery } from './organization-query.ts';
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
