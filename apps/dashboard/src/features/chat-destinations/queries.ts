import { mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { readAllPages, refresh } from '../../lib/query-client.ts';

/** While somebody looks, what is sent meanwhile appears by itself. */
const LOOK_AGAIN_MS = 5000;

export const chatDestinationsQuery = queryOptions({
  queryKey: ['chat-destinations'],
  queryFn: ({ signal }) => readAllPages((query) => api.listChatDestinations({ query }, { signal })),
  refetchInterval: LOOK_AGAIN_MS,
});

const onSuccess = refresh({ queryKey: chatDestinationsQuery.queryKey });

interface NewDestination {
  readonly body: RouteInput<Routes['createChatDestination']>['body'];
  readonly idempotencyKey: string;
}

export const createChatDestinationMutation = mutationOptions({
  mutationFn: ({ body, idempotencyKey }: NewDestination) =>
    api.createChatDestination({ body }, { idempotencyKey }),
  onSuccess,
});

export const updateChatDestinationMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['updateChatDestination']>) =>
    api.updateChatDestination(input),
  onSuccess,
});

export const setChatStatusMutation = mutationOptions({
  mutationFn: ({ id, verb }: { readonly id: string; readonly verb: 'enable' | 'disable' }) =>
    verb === 'enable'
      ? api.enableChatDestination({ params: { id } })
      : api.disableChatDestination({ params: { id } }),
  onSuccess,
});

export const testChatDestinationMutation = mutationOptions({
  mutationFn: (id: string) => api.testChatDestination({ params: { id } }),
});

export const deleteChatDestinationMutation = mutationOptions({
  mutationFn: (id: string) => api.deleteChatDestination({ params: { id } }),
  onSuccess,
});
