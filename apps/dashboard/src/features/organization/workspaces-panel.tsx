import { useQuery } from '@tanstack/react-query';
import { LoadError } from '../../components/load-error.tsx';
import { Panel } from '../../components/panel.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { counted } from '../../lib/format-count.ts';
import { workspacesQuery } from './workspaces-query.ts';

export function WorkspacesPanel() {
  const { data, error, refetch } = useQuery(workspacesQuery);
  return (
    <Panel
      title="Workspaces"
      aside={data ? <span className="text-soft">{counted(data.length, 'workspace')}</span> : null}
    >
      {error && !data ? (
        <div className="p-4">
          <LoadError what="the workspaces" error={error} onRetry={refetch} />
        </div>
      ) : (
        <ul className="divide-y divide-line px-5 pb-2">
          {data?.map((workspace) => (
            <li key={workspace.id} className="flex items-center justify-between gap-4 py-2.5">
              <span className="truncate font-medium" title={workspace.name}>
                {workspace.name}
              </span>
              <span className="flex shrink-0 items-center gap-3 text-soft">
                {workspace.environment}
                <code className="font-mono text-[0.8125rem]">tk_{workspace.environment}_…</code>
              </span>
            </li>
          )) ?? (
            <li className="py-2.5">
              <Skeleton className="w-32" />
            </li>
          )}
        </ul>
      )}
    </Panel>
  );
}
