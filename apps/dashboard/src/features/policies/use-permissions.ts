import type { PolicySummary } from '@tollkeeper/contract';
import { useCan } from '../sessions/index.ts';

interface PolicyPermissions {
  readonly mayEdit: boolean;
  readonly mayDelete: boolean;
}

/** What the member may do to the policy. One that applies in every workspace is a rule of the organization. */
export function usePermissions({
  workspaceId,
}: Pick<PolicySummary, 'workspaceId'>): PolicyPermissions {
  const mayEdit = useCan('policies.edit');
  const mayDelete = useCan('policies.delete');
  const mayRule = useCan('security.manage');
  const isWithin = workspaceId !== null || mayRule;
  return { mayEdit: mayEdit && isWithin, mayDelete: mayDelete && isWithin };
}
