import { infiniteQueryOptions, mutationOptions, queryOptions } from '@tanstack/react-query';
import type { RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { readAllPages, refresh } from '../../lib/query-client.ts';

const ALL = { queryKey: ['webhooks'] };
/** While somebody looks, what is sent meanwhile appears by itself. */
const LOOK_AGAIN_MS = 5000;

export const webhooksQuery = queryOptions({
  queryKey: ['webhooks', 'list'],
  queryFn: ({ signal }) => readAllPages((query) => api.listWebhookEndpoints({ query }, { signal })),
});

export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: ['webhooks', 'one', id],
    queryFn: ({ signal }) => api.getWebhookEndpoint({ params: { id } }, { signal }),
    refetchInterval: LOOK_AGAIN_MS,
  });

export const attemptsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['webhooks', 'attempts', id],
    queryFn: ({ signal, pageParam }) =>
      api.listWebhookAttempts(
        { params: { id }, query: pageParam === '' ? {} : { cursor: pageParam } },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: LOOK_AGAIN_MS,
  });

interface NewWebhook {
  readonly body: RouteInput<Routes['createWebhookEndpoint']>['body'];
  readonly idempotencyKey: string;
}

export const createWebhookMutation = mutationOptions({
  mutationFn: ({ body, idempotencyKey }: NewWebhook) =>
    api.createWebhookEndpoint({ body }, { idempotencyKey }),
  onSuccess: refresh(ALL),
});

export const updateWebhookMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['updateWebhookEndpoint']>) =>
    api.updateWebhookEndpoint(input),
  onSuccess: refresh(ALL),
});

export const setWebhookStatusMutation = mutationOptions({
  mutationFn: ({ id, verb }: { readonly id: string; readonly verb: 'enable' | 'disable' }) =>
    verb === 'enable'
      ? api.enableWebhookEndpoint({ params: { id } })
      : api.disableWebhookEndpoint({ params: { id } }),
  onSuccess: refresh(ALL),
});

export const rotateWebhookMutation = mutationOptions({
  mutationFn: (id: string) => api.rotateWebhookSecret({ params: { id } }),
  onSuccess: refresh(ALL),
});

export const testWebhookMutation = mutationOptions({
  mutationFn: (id: string) => api.testWebhookEndpoint({ params: { id } }),
  onSuccess: refresh(ALL),
});

export const resendMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['resendWebhooks']>) => api.resendWebhooks(input),
  onSuccess: refresh(ALL),
});

export const deleteWebhookMutation = mutationOptions({
  mutationFn: (id: string) => api.deleteWebhookEndpoint({ params: { id } }),
  onSuccess: refresh({ queryKey: webhooksQuery.queryKey }),
});
