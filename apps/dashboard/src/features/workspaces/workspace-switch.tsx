import { useQuery } from '@tanstack/react-query';
import { Select } from '../../components/select.tsx';
import { useCan } from '../sessions/index.ts';
import { useChosenWorkspace } from './chosen-workspace.ts';
import { workspacesQuery } from './workspaces-query.ts';

interface WorkspaceSwitchProps {
  readonly onChoose: (id: string | undefined) => void;
}

/** For organizations with several workspaces: which one the keys are shown of and made for. */
export function WorkspaceSwitch({ onChoose }: WorkspaceSwitchProps) {
  const mayRead = useCan('workspaces.read');
  const { data = [] } = useQuery({ ...workspacesQuery, enabled: mayRead });
  const chosen = useChosenWorkspace();
  if (data.length < 2) return null;
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
