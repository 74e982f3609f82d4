import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type { Member, RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { readAllPages, refresh } from '../../lib/query-client.ts';

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: async ({ signal }) => {
    const members = await readAllPages((query) => api.listMembers({ query }, { signal }));
    return members.sort((one, other) => one.name.localeCompare(other.name, 'en'));
  },
  staleTime: 60_000,
});

/** The member as they are stored now. */
export async function findMember(id: string): Promise<Member | undefined> {
  const members = await readAllPages((query) => api.listMembers({ query }));
  return members.find((each) => each.id === id);
}

export const changeRoleMutation = mutationOptions({
  mutationFn: ({
    id,
    ...body
  }: {
    readonly id: string;
    readonly roleId: string;
    readonly etag: string;
  }) => api.updateMember({ params: { id }, body }),
  onSuccess: refresh(),
});

export const suspendMemberMutation = mutationOptions({
  mutationFn: (id: string) => api.suspendMember({ params: { id } }),
  onSuccess: refresh(),
});

export const reinstateMemberMutation = mutationOptions({
  mutationFn: (id: string) => api.reinstateMember({ params: { id } }),
  onSuccess: refresh(),
});

export const removeMemberMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['removeMember']>) => api.removeMember(input),
  onSuccess: refresh(),
});
