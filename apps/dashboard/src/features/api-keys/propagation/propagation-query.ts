import { queryOptions } from '@tanstack/react-query';
import { api } from '../../../lib/api.ts';
import { serverNow } from '../../../lib/server-clock.ts';
import { pollMs } from './poll-ms.ts';

/** Which gateways have applied the last change of the key; also of one that was deleted. */
export function propagationQuery(id: string) {
  return queryOptions({
    queryKey: ['keys', 'propagation', id],
    queryFn: ({ signal }) => api.getKeyPropagation({ params: { id } }, { signal }),
    refetchInterval: ({ state }) => pollMs(state.data, serverNow()),
  });
}
