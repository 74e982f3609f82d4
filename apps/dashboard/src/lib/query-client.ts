import {
  type MutationFunctionContext,
  QueryClient,
  type QueryFilters,
} from '@tanstack/react-query';
import { ApiError } from '@tollkeeper/sdk';

/**
 * Network mode "always": a self-hosted server can be reached without the internet. A mutation is
 * forgotten with the component that ran it, since it may hold a password or a secret.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: shouldRetry, networkMode: 'always', staleTime: 5_000 },
      mutations: { retry: false, networkMode: 'always', gcTime: 0 },
    },
  });
}

/** A refusal stays a refusal, and so does an answer that cannot be read. */
function shouldRetry(failures: number, error: Error): boolean {
  const passing = error instanceof ApiError ? error.status >= 500 : error instanceof TypeError;
  return passing && failures < 2;
}

/**
 * The `onSuccess` of a mutation: refetches the queries that it affects. No dialog waits for that.
 * @param affected every query unless given
 */
export function refresh(affected: QueryFilters = {}) {
  return (
    _data: unknown,
    _variables: unknown,
    _result: unknown,
    { client }: MutationFunctionContext,
  ): void => {
    void refetchAffected(client, affected);
  };
}

/**
 * Refetches what a change affects. A first read that is still under way was asked before the change:
 * it is asked anew, where an invalidation alone would take its answer for a current one.
 */
export async function refetchAffected(client: QueryClient, affected: QueryFilters = {}) {
  await client.cancelQueries({
    ...affected,
    predicate: (query) => query.isActive() && query.state.data === undefined,
  });
  await client.invalidateQueries(affected);
}

interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

const PAGES_MAX = 20;

/** Every item of a list that is short by nature. Stops at 2,000 items, which no select can offer. */
export async function readAllPages<T>(
  read: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer: Page<T> = await read({ limit: 100, ...(cursor ? { cursor } : {}) });
    items.push(...answer.data);
    cursor = answer.nextCursor;
    if (!cursor) break;
  }
  return items;
}
