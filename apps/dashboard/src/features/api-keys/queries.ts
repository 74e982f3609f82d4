import {
  keepPreviousData,
  mutationOptions,
  type QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import type { ApiKey, ApiKeyDetail, RouteInput, Routes, UsagePeriod } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { refetchAffected, refresh } from '../../lib/query-client.ts';
import type { KeySearch } from './list/key-search.ts';

const PAGE_SIZE = 50;
const REFRESH_MS = 15_000;
/** While something changes that somebody watches. */
const WATCH_MS = 2000;

export interface KeyPageOfList {
  readonly data: ApiKey[];
  readonly nextCursor: string | null;
  readonly totalCount: number;
}

export function keyListQuery(search: KeySearch) {
  const query = { ...queryOf(search), limit: PAGE_SIZE };
  return queryOptions({
    queryKey: ['keys', 'list', query],
    queryFn: ({ signal }) => api.listKeys({ query }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

/** The first keys of all that match the search, in its order. */
export async function readMatchingKeys(
  { cursor: _page, ...search }: KeySearch,
  countMax: number,
): Promise<ApiKey[]> {
  const keys: ApiKey[] = [];
  let cursor: string | null = null;
  do {
    const limit = Math.min(100, countMax - keys.length);
    const query = { ...queryOf(search), limit, ...(cursor === null ? {} : { cursor }) };
    const page: KeyPageOfList = await api.listKeys({ query });
    keys.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null && keys.length < countMax);
  return keys;
}

/** The search in the API's words. */
function queryOf({ owner, workspace, ...rest }: KeySearch) {
  return withoutUndefined({ ...rest, memberId: owner, workspaceId: workspace });
}

export function keyQuery(id: string) {
  return queryOptions({
    queryKey: ['keys', 'detail', id],
    queryFn: ({ signal }) => api.getKey({ params: { id } }, { signal }),
    refetchInterval: REFRESH_MS,
  });
}

/** What keys created or rotated that is still in use, counted with what that did in turn. */
export function createdQuery(ids: readonly string[], keepMembers: 'all' | readonly string[]) {
  const [id, ...others] = ids;
  return queryOptions({
    queryKey: ['keys', 'created', ids, keepMembers],
    queryFn: ({ signal }) =>
      id !== undefined && others.length === 0
        ? api.getCreated({ params: { id }, query: keptQuery(keepMembers) }, { signal })
        : api.getKeysCreated({ body: { ids: [...ids], ...keptBody(keepMembers) } }, { signal }),
    // A refusal says why nothing can be taken along.
    retry: false,
  });
}

/** Revocations of the key that are still ending what it created. */
export function cascadesQuery(keyId: string) {
  return queryOptions({
    queryKey: ['keys', 'cascades', keyId],
    queryFn: ({ signal }) => api.listCascades({ query: { keyId } }, { signal }),
    refetchInterval: ({ state }) => (state.data?.data.length ? WATCH_MS : REFRESH_MS),
  });
}

/** Members whom a cascade keeps, as the body of a request names them. */
export function keptBody(keepMembers: 'all' | readonly string[]) {
  if (keepMembers === 'all') return { keepMembers };
  return keepMembers.length === 0 ? {} : { keepMembers: [...keepMembers] };
}

/** Members whom a cascade keeps, as a query names them. */
export function keptQuery(keepMembers: 'all' | readonly string[]) {
  return keepMembers.length === 0 ? {} : { keepMembers: keepMembers.toString() };
}

export const keyStatsQuery = queryOptions({
  queryKey: ['keys', 'stats'],
  queryFn: ({ signal }) => api.getKeyStats({}, { signal }),
  refetchInterval: REFRESH_MS,
});

export function keyUsageQuery(id: string, period: UsagePeriod) {
  return queryOptions({
    queryKey: ['keys', 'usage', id, period],
    queryFn: ({ signal }) => api.getKeyUsage({ params: { id }, query: { period } }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

export const dayUsageQuery = queryOptions({
  queryKey: ['keys', 'usage'],
  queryFn: ({ signal }) => api.getUsage({ query: { period: '24h' } }, { signal }),
  refetchInterval: REFRESH_MS,
});

const KEYS = { queryKey: ['keys'] };

interface KeyRequest {
  readonly body: RouteInput<Routes['createKey']>['body'];
  readonly idempotencyKey: string;
}

export const createKeyMutation = mutationOptions({
  mutationFn: ({ body, idempotencyKey }: KeyRequest) => api.createKey({ body }, { idempotencyKey }),
  onSuccess: refresh(KEYS),
});

export const updateKeyMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['updateKey']>) => api.updateKey(input),
  onSuccess: showChanged,
});

export const rotateKeyMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['rotateKey']>) => api.rotateKey(input),
  onSuccess: ({ secret: _shownOnce, ...key }, _input, _result, { client }) => {
    void showChangedKey(client, key);
  },
});

export interface StatusChange {
  readonly key: Pick<ApiKey, 'id' | 'name'>;
  readonly to: 'active' | 'disabled';
}

export const changeStatusMutation = mutationOptions({
  mutationKey: ['key-status'],
  mutationFn: ({ key, to }: StatusChange) => {
    const input = { params: { id: key.id } };
    return to === 'disabled' ? api.disableKey(input) : api.enableKey(input);
  },
});

export const revokeKeyMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['revokeKey']>) => api.revokeKey(input),
  onSuccess: showChanged,
});

/** Once the page of the key is left, `forgetKey` follows. */
export const deleteKeyMutation = mutationOptions({
  mutationFn: (input: RouteInput<Routes['deleteKey']>) => api.deleteKey(input),
});

export function forgetKey(queryClient: QueryClient, id: string): Promise<void> {
  queryClient.removeQueries({ queryKey: ['keys', 'detail', id] });
  return refreshKeys(queryClient);
}

export const disableKeysMutation = mutationOptions({
  mutationFn: (ids: string[]) => api.disableKeys({ body: { ids } }),
  onSettled: refreshSettled,
});

export const enableKeysMutation = mutationOptions({
  mutationFn: (ids: string[]) => api.enableKeys({ body: { ids } }),
  onSettled: refreshSettled,
});

export const revokeKeysMutation = mutationOptions({
  mutationFn: (body: RouteInput<Routes['revokeKeys']>['body']) => api.revokeKeys({ body }),
  onSettled: refreshSettled,
});

interface WithClient {
  readonly client: QueryClient;
}

/** Also after a refusal, which may be about a key that somebody else has changed. */
function refreshSettled(
  _data: unknown,
  _error: unknown,
  _variables: unknown,
  _result: unknown,
  { client }: WithClient,
): void {
  void refreshKeys(client);
}

function showChanged(key: ApiKey, _input: unknown, _result: unknown, { client }: WithClient): void {
  void showChangedKey(client, key);
}

/** Puts a changed key where it is shown at once, then refetches every view of keys. */
export function showChangedKey(queryClient: QueryClient, key: ApiKey): Promise<void> {
  queryClient.setQueriesData<KeyPageOfList>({ queryKey: ['keys', 'list'] }, (page) =>
    page ? { ...page, data: page.data.map((item) => (item.id === key.id ? key : item)) } : page,
  );
  queryClient.setQueryData<ApiKeyDetail>(['keys', 'detail', key.id], (detail) =>
    detail ? { ...detail, ...key } : detail,
  );
  return refreshKeys(queryClient);
}

/** Refetches every view of keys: list, page, numbers, plots. */
export function refreshKeys(queryClient: QueryClient): Promise<void> {
  return refetchAffected(queryClient, KEYS);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(query: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
