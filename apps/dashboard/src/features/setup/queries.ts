import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';

/** Whether the server has no owner yet. */
export const setupQuery = queryOptions({
  queryKey: ['setup'],
  queryFn: ({ signal }) => api.getSetup({}, { signal }),
});

export const setupMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['setup']>['body']) => api.setup({ body }),
});
