import {
  keepPreviousData,
  mutationOptions,
  type QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import type { Gateway, RouteInput, Routes } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { readAllPages, refetchAffected, refresh } from '../../lib/query-client.ts';

/** While the page is seen: what joins appears within a second, joining and reading included. */
const WATCH_MS = 750;
const JOIN_KEYS_MS = 5_000;

/** @param workspaceId undefined is every workspace */
export function gatewaysQuery(workspaceId: string | undefined) {
  return queryOptions({
    queryKey: ['fleet', 'gateways', { workspaceId }],
    queryFn: ({ signal }) =>
      readAllPages((page) =>
        api.listGateways({ query: inWorkspace(page, workspaceId) }, { signal }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 0,
    refetchInterval: onceRead(WATCH_MS),
  });
}

export function gatewayQuery(id: string) {
  return queryOptions({
    queryKey: ['fleet', 'gateway', id],
    queryFn: ({ signal }) => api.getGateway({ params: { id } }, { signal }),
    staleTime: 0,
    refetchInterval: onceRead(WATCH_MS),
  });
}

export function joinKeysQuery(workspaceId: string | undefined) {
  return queryOptions({
    queryKey: ['fleet', 'join-keys', { workspaceId }],
    queryFn: ({ signal }) =>
      readAllPages((page) =>
        api.listJoinKeys({ query: inWorkspace(page, workspaceId) }, { signal }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: onceRead(JOIN_KEYS_MS),
  });
}

const FLEET = { queryKey: ['fleet'] };

interface GatewayChange {
  readonly id: string;
  readonly body: RouteInput<Routes['updateGateway']>['body'];
}

export const updateGatewayMutation = mutationOptions({
  mutationFn: ({ id, body }: GatewayChange) => api.updateGateway({ params: { id }, body }),
  onSuccess: (changed, _change, _result, { client }) => showChangedGateway(client, changed),
});

export const deleteGatewayMutation = mutationOptions({
  mutationFn: (id: string) => api.deleteGateway({ params: { id } }),
  onSuccess: refresh(FLEET),
});

interface JoinKeyRequest {
  readonly body: RouteInput<Routes['createJoinKey']>['body'];
  readonly idempotencyKey: string;
}

export const createJoinKeyMutation = mutationOptions({
  mutationFn: ({ body, idempotencyKey }: JoinKeyRequest) =>
    api.createJoinKey({ body }, { idempotencyKey }),
  onSuccess: refresh(FLEET),
});

export const deleteJoinKeyMutation = mutationOptions({
  mutationFn: (id: string) => api.deleteJoinKey({ params: { id } }),
  onSuccess: refresh(FLEET),
});

/** Puts a changed gateway where it is shown at once, then refetches every view of the fleet. */
function showChangedGateway(queryClient: QueryClient, changed: Gateway): void {
  queryClient.setQueriesData<Gateway[]>({ queryKey: ['fleet', 'gateways'] }, (gateways) =>
    gateways?.map((each) => (each.id === changed.id ? changed : each)),
  );
  void refreshFleet(queryClient);
}

/** Refetches every view of the fleet. */
export function refreshFleet(queryClient: QueryClient): Promise<void> {
  return refetchAffected(queryClient, FLEET);
}

interface Page {
  readonly limit: number;
  readonly cursor?: string;
}

function inWorkspace(page: Page, workspaceId: string | undefined) {
  return { ...page, ...(workspaceId ? { workspaceId } : {}) };
}

/** Before the first answer an error stands still, until the person tries again. */
function onceRead(ms: number) {
  return ({ state }: { state: { data: unknown } }) => (state.data === undefined ? false : ms);
}
