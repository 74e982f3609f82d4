import { infiniteQueryOptions, mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { readAllPages, refresh } from '../../lib/query-client.ts';

const ALL = { queryKey: ['log-streams'] };
/** While somebody looks, what is sent meanwhile appears by itself. */
const LOOK_AGAIN_MS = 5000;

export const logStreamsQuery = queryOptions({
  queryKey: ['log-streams', 'list'],
  queryFn: ({ signal }) => readAllPages((query) => api.listLogStreams({ query }, { signal })),
  refetchInterval: LOOK_AGAIN_MS,
});

export const logStreamQuery = (id: string) =>
  queryOptions({
    queryKey: ['log-streams', 'one', id],
    queryFn: ({ signal }) => api.getLogStream({ params: { id } }, { signal }),
    refetchInterval: LOOK_AGAIN_MS,
  });

export const streamAttemptsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['log-streams', 'attempts', id],
    queryFn: ({ signal, pageParam }) =>
      api.listLogStreamAttempts(
        { params: { id }, query: pageParam === '' ? {} : { cursor: pageParam } },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: LOOK_AGAIN_MS,
  });

interface NewLogStream {
  readonly body: RouteInput<Routes['createLogStream']>['body'];
  readonly idempotencyKey: string;
}

export const createLogStreamMutation = mutationOptions({
  mutationFn: ({ body, idempotencyKey }: NewLogStream) =>
    api.createLogStream({ body }, { idempotencyKey }),
  onSuccess: refresh(ALL),
});

export const updateLogStreamMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['updateLogStream']>) => api.updateLogStream(input),
  onSuccess: refresh(ALL),
});

export const setStreamStatusMutation = mutationOptions({
  mutationFn: ({ id, verb }: { readonly id: string; readonly verb: 'pause' | 'resume' }) =>
    verb === 'pause'
      ? api.pauseLogStream({ params: { id } })
      : api.resumeLogStream({ params: { id } }),
  onSuccess: refresh(ALL),
});

export const testLogStreamMutation = mutationOptions({
  mutationFn: (id: string) => api.testLogStream({ params: { id } }),
  onSuccess: refresh(ALL),
});

export const deleteLogStreamMutation = mutationOptions({
  mutationFn: (id: string) => api.deleteLogStream({ params: { id } }),
  onSuccess: refresh({ queryKey: logStreamsQuery.queryKey }),
});
