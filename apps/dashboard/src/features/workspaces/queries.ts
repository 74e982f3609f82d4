import { mutationOptions, queryOptions, useQuery } from '@tanstack/react-query';
import type { RouteInput, Routes, Workspace } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { errorAtField } from '../../lib/api-errors.ts';
import { readAllPages, refresh } from '../../lib/query-client.ts';
import { useCan } from '../sessions/index.ts';

export const workspacesQuery = queryOptions({
  queryKey: ['workspaces'],
  queryFn: ({ signal }) => readAllPages((query) => api.listWorkspaces({ query }, { signal })),
  staleTime: 60_000,
});

/** The workspace as it is stored now. */
export async function findWorkspace(id: string): Promise<Workspace | undefined> {
  const workspaces = await readAllPages((query) => api.listWorkspaces({ query }));
  return workspaces.find((each) => each.id === id);
}

/** The workspaces, for members who may read them; else the query never runs. */
export function useWorkspaces() {
  return useQuery({ ...workspacesQuery, enabled: useCan('workspaces.read') });
}

export const createWorkspaceMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['createWorkspace']>['body']) =>
    errorAtField('name', 'invalid_state', api.createWorkspace({ body })),
  onSuccess: refresh(workspacesQuery),
});

export const renameWorkspaceMutation = mutationOptions({
  mutationFn: ({ id, ...body }: Pick<Workspace, 'id' | 'name' | 'etag'>) =>
    errorAtField('name', 'invalid_state', api.updateWorkspace({ params: { id }, body })),
  onSuccess: refresh(workspacesQuery),
});

export const deleteWorkspaceMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['deleteWorkspace']>) => api.deleteWorkspace(input),
  onSuccess: refresh(),
});
