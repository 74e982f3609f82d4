import { useQuery } from '@tanstack/react-query';
import type { Member } from '@tollkeeper/contract';
import { LoadError } from '../../components/load-error.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { StatusWord } from '../../components/status-word.tsx';
import { TimeAgo } from '../../components/time-ago.tsx';
import { counted } from '../../lib/format-count.ts';
import { membersQuery } from './members-query.ts';

export function MembersPanel() {
  const { data, error, refetch } = useQuery(membersQuery);
  return (
    <Panel
      title="Members"
      aside={data ? <span className="text-soft">{counted(data.length, 'member')}</span> : null}
    >
      {error && !data ? (
        <div className="p-4">
          <LoadError what="the members" error={error} onRetry={refetch} />
        </div>
      ) : (
        <ul className="divide-y divide-line px-5 pb-2">
          {data?.map((member) => <MemberRow key={member.id} member={member} />) ?? (
            <li className="py-4">
              <Skeleton className="w-48" />
            </li>
          )}
        </ul>
      )}
    </Panel>
  );
}

function MemberRow({ member }: { readonly member: Member }) {
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 py-2.5 sm:grid-cols-[minmax(0,1fr)_7rem_6.5rem_7.5rem]">
      <div className="min-w-0">
        <p className="truncate font-medium" title={member.name}>
          {member.name}
        </p>
        <p className="truncate text-[0.8125rem] text-soft" title={member.email}>
          {member.email}
        </p>
      </div>
      <span className="text-soft">{member.roleName}</span>
      <StatusWord tone={member.status === 'active' ? 'good' : 'warn'}>
        {member.status === 'active' ? 'Active' : 'Suspended'}
      </StatusWord>
      <span className="justify-self-end whitespace-nowrap text-[0.8125rem] text-soft sm:justify-self-start">
        <TimeAgo at={member.createdAt} />
      </span>
    </li>
  );
}
