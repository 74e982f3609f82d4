import { infiniteQueryOptions, mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { refresh } from '../../lib/query-client.ts';

const ALL = { queryKey: ['leaks'] };

export const leaksQuery = infiniteQueryOptions({
  queryKey: ['leaks', 'list'],
  queryFn: ({ signal, pageParam }) =>
    api.listLeaks({ query: pageParam === '' ? {} : { cursor: pageParam } }, { signal }),
  initialPageParam: '',
  getNextPageParam: ({ nextCursor }) => nextCursor,
});

export const leakSettingsQuery = queryOptions({
  queryKey: ['leaks', 'settings'],
  queryFn: ({ signal }) => api.getLeakSettings({}, { signal }),
});

export const updateLeakSettingsMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['updateLeakSettings']>) => api.updateLeakSettings(input),
  onSuccess: refresh(ALL),
});

export const reportLeakMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['reportLeak']>) => api.reportLeak(input),
  onSuccess: refresh(),
});

interface Closing {
  readonly id: string;
  readonly verb: 'resolve' | 'dismiss';
  readonly note: string;
}

export const closeLeakMutation = mutationOptions({
  mutationFn: ({ id, verb, note }: Closing) => {
    const input = { params: { id }, body: note.trim() === '' ? {} : { note: note.trim() } };
    return verb === 'resolve' ? api.resolveLeak(input) : api.dismissLeak(input);
  },
  onSuccess: refresh(ALL),
});
