import { useQuery } from '@tanstack/react-query';
import { LoadError } from '../../components/load-error.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { usePageTitle } from '../../lib/use-page-title.ts';
import { LackedScope, useCan } from '../sessions/index.ts';
import { SecurityFacts } from './security-facts.tsx';
import { SecurityForm } from './security-form.tsx';
import { securityQuery } from './security-queries.ts';

export function SecurityPage() {
  usePageTitle('Security');
  const mayRead = useCan('security.read');
  const mayManage = useCan('security.manage');
  const { data, error, refetch } = useQuery({ ...securityQuery, enabled: mayRead });
  return (
    <>
      <PageHeader title="Security" />
      <p className="-mt-3 mb-5 max-w-prose text-soft">
        Rules for the organization's keys, members and sessions. When you save a rule, it applies to
        existing ones at once.
      </p>
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
