import { queryOptions } from '@tanstack/react-query';
import { api } from '../../../lib/api.ts';
import { serverNow } from '../../../lib/server-clock.ts';
import { pollMs } from './poll-ms.ts';
import type { Propagation } from './propagation-words.ts';

/** Which gateways have applied the last change of every one of the keys; also of deleted ones. */
export function propagationQuery(ids: readonly string[]) {
  return queryOptions({
    queryKey: ['keys', 'propagation', ...ids],
    queryFn: ({ signal }) => readPropagation(ids, signal),
    refetchInterval: ({ state }) => pollMs(state.data, serverNow()),
  });
}

function readPropagation(ids: readonly string[], signal: AbortSignal): Promise<Propagation> {
  const [id, ...others] = ids;
  return id !== undefined && others.length === 0
    ? api.getKeyPropagation({ params: { id } }, { signal })
    : api.getKeysPropagation({ body: { ids: [...ids] } }, { signal });
}
