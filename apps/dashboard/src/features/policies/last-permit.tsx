import { queryOptions, useQuery } from '@tanstack/react-query';
import type { PolicySummary } from '@tollkeeper/contract';
import { Notice } from '../../components/notice.tsx';
import { api } from '../../lib/api.ts';
import { readAllPages } from '../../lib/query-client.ts';
import { useWorkspaces } from '../workspaces/index.ts';
import { effectsOf, isInForce } from './policy-effects.ts';

type Place = Pick<PolicySummary, 'id' | 'workspaceId'>;

/** Where policies other than this one permit something; null is every workspace. */
function permittingQuery({ id, workspaceId }: Place) {
  return queryOptions({
    queryKey: ['policies', 'permitting', id, workspaceId],
    queryFn: async ({ signal }) => {
      const query = { search: 'permit', ...(workspaceId ? { workspaceId } : {}) };
      const policies = await readAllPages((page) =>
        api.listPolicies({ query: { ...query, ...page } }, { signal }),
      );
      const permitting = new Set<string | null>();
      for (const other of policies) {
        if (other.id === id || !isInForce(other)) continue;
        // One suffices.
        if (permitting.has(null) || permitting.has(other.workspaceId)) continue;
        const { text } = await api.getPolicy({ params: { id: other.id } }, { signal });
        if (effectsOf(text).permits) permitting.add(other.workspaceId);
      }
      return [...permitting];
    },
  });
}

/** Says where gateways refuse everything once the policy permits nothing any more. */
export function LastPermitNotice({ policy }: { readonly policy: Place }) {
  const { data: permitting } = useQuery(permittingQuery(policy));
  const { data: workspaces } = useWorkspaces();
  if (!permitting || permitting.includes(null)) return null;
  const names = (workspaces ?? [])
    .filter(({ id }) => policy.workspaceId === null || id === policy.workspaceId)
    .filter(({ id }) => !permitting.includes(id))
    .map(({ name }) => name);
  if (names.length === 0) return null;
  return (
    <Notice tone="warn" urgent title="Gateways will refuse every request">
      No other enabled policy permits requests in {listed(names)}.
    </Notice>
  );
}

const NAMED_MAX = 5;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX);
  const more = names.length - shown.length;
  return new Intl.ListFormat('en').format(more > 0 ? [...shown, `${more} more`] : shown);
}
