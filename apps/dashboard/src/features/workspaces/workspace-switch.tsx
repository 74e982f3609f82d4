import { useSyncExternalStore } from 'react';
import { Select } from '../../components/forms/controls.tsx';
import { Skeleton } from '../../components/page.tsx';
import { useCan } from '../sessions/index.ts';
import { useWorkspaces } from './queries.ts';

interface WorkspaceSwitchProps {
  readonly onChoose: (id: string | undefined) => void;
}

/** Which workspace's keys and gateways are shown, and new ones created in. */
export function WorkspaceSwitch({ onChoose }: WorkspaceSwitchProps) {
  const mayRead = useCan('workspaces.read');
  const { data, isPending } = useWorkspaces();
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

const STORED = 'tollkeeper.workspace';
const listeners = new Set<() => void>();
let chosen = readStored();

/** The workspace that this tab looks at; undefined is all of them. */
export function useChosenWorkspace(): string | undefined {
  return useSyncExternalStore(subscribe, chosenWorkspace);
}

export function chosenWorkspace(): string | undefined {
  return chosen;
}

export function chooseWorkspace(id: string | undefined): void {
  if (id === chosen) return;
  chosen = id;
  try {
    if (id) sessionStorage.setItem(STORED, id);
    else sessionStorage.removeItem(STORED);
  } catch {
    // Storage can be forbidden; the choice then lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function readStored(): string | undefined {
  try {
    return sessionStorage.getItem(STORED) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The name of the workspace, or its id for those who may not see workspaces. */
export function WorkspaceName({ id }: { readonly id: string }) {
  const { data } = useWorkspaces();
  const name = data?.find((workspace) => workspace.id === id)?.name ?? id;
  return <span title={name}>{name}</span>;
}
