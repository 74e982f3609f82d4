import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../../../lib/api.ts';
import { serverNow } from '../../../lib/server-clock.ts';
import { AppliedPanel, pollMs } from '../../fleet/index.ts';

function propagationQuery(id: string) {
  return queryOptions({
    queryKey: ['policies', 'propagation', id],
    queryFn: ({ signal }) => api.getPolicyPropagation({ params: { id } }, { signal }),
    refetchInterval: ({ state }) => pollMs(state.data, serverNow()),
  });
}

/** Which gateways decide by the policy as it is now. */
export function PolicyGateways({ id }: { readonly id: string }) {
  const { data, error, refetch } = useQuery(propagationQuery(id));
  return <AppliedPanel what="policy" propagation={data} error={error} onRetry={refetch} />;
}
