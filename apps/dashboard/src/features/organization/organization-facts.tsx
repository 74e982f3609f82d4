import { useQuery } from '@tanstack/react-query';
import { PLAN_KEYS_MAX } from '@tollkeeper/contract';
import { Fact, Facts } from '../../components/facts.tsx';
import { LoadError } from '../../components/load-error.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { TimeAgoButton } from '../../components/time-ago.tsx';
import { api } from '../../lib/api.ts';
import { counted } from '../../lib/format-count.ts';
import { PLAN_NAMES } from './plan-names.ts';

export function OrganizationFacts() {
  const { data, error, refetch } = useQuery({
    queryKey: ['organization'],
    queryFn: ({ signal }) => api.getOrganization({}, { signal }),
  });
  const wait = <Skeleton className="w-24" />;
  const keysMax = data ? PLAN_KEYS_MAX[data.plan] : null;
  return (
    <Panel title="Facts">
      {error && !data ? (
        <div className="p-4">
          <LoadError what="the organization" error={error} onRetry={refetch} />
        </div>
      ) : (
        <Facts>
          <Fact term="Name">{data?.name ?? wait}</Fact>
          <Fact term="Slug">{data ? <code className="font-mono">{data.slug}</code> : wait}</Fact>
          <Fact term="Plan">
            {data
              ? `${PLAN_NAMES[data.plan]}, ${keysMax === null ? 'unlimited keys' : `up to ${counted(keysMax, 'key')}`}`
              : wait}
          </Fact>
          <Fact term="Created">{data ? <TimeAgoButton at={data.createdAt} /> : wait}</Fact>
          <Fact term="Id">
            {data ? <code className="font-mono text-[0.8125rem]">{data.id}</code> : wait}
          </Fact>
        </Facts>
      )}
    </Panel>
  );
}
