import { useQuery } from '@tanstack/react-query';
import { Select } from '../../components/select.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { useCan } from '../sessions/index.ts';
import { useChosenWorkspace } from './chosen-workspace.ts';
import { workspacesQuery } from './workspaces-query.ts';

interface WorkspaceSwitchProps {
  readonly onChoose: (id: string | undefined) => void;
}

/** Which workspace's keys and gateways are shown, and new ones created in. */
export function WorkspaceSwitch({ onChoose }: WorkspaceSwitchProps) {
  const mayRead = useCan('workspaces.read');
  const { data, isPending } = useQuery({ ...workspacesQuery, enabled: mayRead });
  const chosen = useChosenWorkspace();
  if (!mayRead) return null;
  // Its place is held from the start, so that the links below never move under the pointer.
  if (isPending) return <Skeleton className="h-9 w-full" />;
  if (!data) return null;
  return (
    <Select
      aria-label="Switch workspace"
      value={data.some(({ id }) => id === chosen) ? chosen : ''}
      options={[
        { value: '', label: 'All workspaces' },
        ...data.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={(event) => onChoose(event.target.value || undefined)}
    />
  );
}
