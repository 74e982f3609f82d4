import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { membersQuery } from '../../members/index.ts';
import { useRoles } from '../../roles/index.ts';
import { useCan } from '../../sessions/index.ts';
import { useWorkspaces } from '../../workspaces/index.ts';
import type { RecordNames } from './find-changes.ts';

/** Names of the members, roles and workspaces that the reader may see, by their ids. */
export function useRecordNames(): RecordNames {
  const { data: members } = useQuery({ ...membersQuery, enabled: useCan('members.read') });
  const { data: workspaces } = useWorkspaces();
  const roles = useRoles();
  return useMemo(() => {
    const records = [...(members ?? []), ...(workspaces ?? []), ...roles];
    return new Map(records.map(({ id, name }) => [id, name]));
  }, [members, workspaces, roles]);
}
