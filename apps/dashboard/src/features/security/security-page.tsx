import { useQuery } from '@tanstack/react-query';
import type { SecuritySettings } from '@tollkeeper/contract';
import { LackedScope, LoadError } from '../../components/notice.tsx';
import { PageHeader, Skeleton, usePageTitle } from '../../components/page.tsx';
import { Fact, Facts, Panel } from '../../components/panel.tsx';
import { counted } from '../../lib/format.ts';
import { useCan } from '../sessions/index.ts';
import { securityQuery } from './queries.ts';
import { SecurityForm } from './security-form.tsx';

export function SecurityPage() {
  usePageTitle('Security');
  const mayRead = useCan('security.read');
  const mayManage = useCan('security.manage');
  const { data, error, refetch } = useQuery({ ...securityQuery, enabled: mayRead });
  return (
    <>
      <PageHeader
        title="Security"
        lead="Rules for the organization's keys, members and sessions. When you save a rule, it applies to existing ones at once."
      />
      {mayRead ? null : <LackedScope scope="security.read" what="the security settings" />}
      {error && !data ? (
        <LoadError what="the security settings" error={error} onRetry={refetch} />
      ) : null}
      {mayRead && !data && !error ? <Skeleton className="h-96 w-full" /> : null}
      {data && mayManage ? <SecurityForm saved={data} /> : null}
      {data && !mayManage ? <SecurityFacts settings={data} /> : null}
    </>
  );
}

/** The settings for those who may only read them. */
function SecurityFacts({ settings }: { readonly settings: SecuritySettings }) {
  const { keyLifetimeDaysMax, keyUnusedDaysMax, allowedIps } = settings;
  return (
    <Panel title="Rules" className="max-w-2xl">
      <Facts>
        <Fact term="Key lifetime">
          {keyLifetimeDaysMax === null
            ? 'Unlimited'
            : `${counted(keyLifetimeDaysMax, 'day')} at most`}
        </Fact>
        <Fact term="Unused keys">
          {keyUnusedDaysMax === null
            ? 'Stay enabled'
            : `Disabled after ${counted(keyUnusedDaysMax, 'day')}`}
        </Fact>
        <Fact term="Accepted from">
          {allowedIps.length === 0 ? (
            'Any address'
          ) : (
            <span className="font-mono text-[0.8125rem]">{allowedIps.join(', ')}</span>
          )}
        </Fact>
        <Fact term="Second factor">{settings.twoFactorRequired ? 'Required' : 'Optional'}</Fact>
        <Fact term="Sessions">End after {counted(settings.sessionHoursMax, 'hour')}</Fact>
      </Facts>
    </Panel>
  );
}
