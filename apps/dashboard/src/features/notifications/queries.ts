import { infiniteQueryOptions, mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { refresh } from '../../lib/query-client.ts';

const ALL = { queryKey: ['notifications'] };
/** What happens meanwhile appears by itself, soon enough for a person. */
const LOOK_AGAIN_MS = 60_000;
const SHOWN_IN_BELL = 8;

export const bellQuery = queryOptions({
  queryKey: ['notifications', 'bell'],
  queryFn: ({ signal }) => api.listNotifications({ query: { limit: SHOWN_IN_BELL } }, { signal }),
  refetchInterval: LOOK_AGAIN_MS,
});

export const notificationsQuery = (isUnread: boolean) =>
  infiniteQueryOptions({
    queryKey: ['notifications', 'list', isUnread],
    queryFn: ({ signal, pageParam }) =>
      api.listNotifications(
        {
          query: {
            unread: isUnread ? 'true' : 'false',
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
        },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: LOOK_AGAIN_MS,
  });

export const preferencesQuery = queryOptions({
  queryKey: ['notifications', 'preferences'],
  queryFn: ({ signal }) => api.getNotificationPreferences({}, { signal }),
});

export const defaultsQuery = queryOptions({
  queryKey: ['notifications', 'defaults'],
  queryFn: ({ signal }) => api.getNotificationDefaults({}, { signal }),
});

export const markReadMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['markNotificationsRead']>['body']) =>
    api.markNotificationsRead({ body }),
  onSuccess: refresh(ALL),
});

export const updatePreferencesMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['updateNotificationPreferences']>['body']) =>
    api.updateNotificationPreferences({ body }),
  onSuccess: refresh(ALL),
});

export const updateDefaultsMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['updateNotificationDefaults']>['body']) =>
    api.updateNotificationDefaults({ body }),
  onSuccess: refresh(ALL),
});
