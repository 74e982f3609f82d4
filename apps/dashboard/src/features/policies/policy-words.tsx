import type { Policy, PolicyMode, PolicyStatus, PolicySummary } from '@tollkeeper/contract';
import { StatusWord } from '../../components/status-word.tsx';
import { WorkspaceName } from '../workspaces/index.ts';

const STATUS_WORDS = { enabled: 'Enabled', disabled: 'Disabled' } as const;
export const MODE_WORDS = { enforce: 'Enforced', shadow: 'Shadow' } as const satisfies Record<
  PolicyMode,
  string
>;

export function PolicyStatusWord({ status }: { readonly status: PolicyStatus }) {
  return (
    <StatusWord tone={status === 'enabled' ? 'good' : 'off'}>{STATUS_WORDS[status]}</StatusWord>
  );
}

/** Where the policy applies; one of the organization applies everywhere. */
export function PolicyPlace({ policy }: { readonly policy: Pick<PolicySummary, 'workspaceId'> }) {
  return policy.workspaceId === null ? (
    'Every workspace'
  ) : (
    <WorkspaceName id={policy.workspaceId} />
  );
}

export type Author = Pick<Policy, 'createdBy' | 'createdByKey'>;

/** "Ada Lovelace, with the key ci-pipeline". */
export function authorWords({ createdBy, createdByKey }: Author): string {
  if (!createdBy) return 'Tollkeeper';
  if (!createdByKey) return createdBy.name;
  return `${createdBy.name}, with ${createdByKey.name === null ? 'an API key' : `the key ${createdByKey.name}`}`;
}
