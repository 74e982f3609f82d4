import { useQuery } from '@tanstack/react-query';
import { useCan } from '../sessions/index.ts';
import { workspacesQuery } from './queries.ts';

/** The name of the workspace, or its id for those who may not see workspaces. */
export function WorkspaceName({ id }: { readonly id: string }) {
  const mayRead = useCan('workspaces.read');
  const { data } = useQuery({ ...workspacesQuery, enabled: mayRead });
  const name = data?.find((workspace) => workspace.id === id)?.name ?? id;
  return <span title={name}>{name}</span>;
}
