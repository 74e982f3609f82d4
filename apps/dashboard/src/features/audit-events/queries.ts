import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { AuditEventView } from '@tollkeeper/contract';
import { api } from '../../lib/api.ts';
import { type AuditSearch, auditFilters } from './audit-search.ts';

const PAGE_SIZE = 50;
const FOLLOW_MS = 3000;
/** So many new events are added to a page; once there are more, the page is read anew. */
export const FOLLOWED_MAX = 500;

export interface AuditPageOfList {
  readonly data: AuditEventView[];
  readonly nextCursor: string | null;
}

/** @param now when the span of the search ends, in milliseconds since 1970 */
export function auditListQuery(search: AuditSearch, now: number) {
  const { cursor } = search;
  const query = { ...auditFilters(search, now), ...(cursor ? { cursor } : {}), limit: PAGE_SIZE };
  return queryOptions({
    queryKey: ['audit', 'list', query],
    queryFn: ({ signal }) => api.listAuditEvents({ query }, { signal }),
    placeholderData: keepPreviousData,
    // What came since is added by `followQuery`: another first page would move all rows.
    refetchOnMount: 'always',
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
}

interface Followed {
  /** The newest first. */
  readonly events: readonly AuditEventView[];
  readonly cursor: string | null;
}

/**
 * The events that match the search and came after its first page was read. Asks only while somebody
 * looks at the page.
 * @param page undefined until it is read
 */
export function followQuery(search: AuditSearch, now: number, page: AuditPageOfList | undefined) {
  const filters = auditFilters(search, now);
  const newest = page?.data[0];
  const begin = beginOf(page, filters.from, now);
  const queryKey = ['audit', 'follow', filters, newest?.id ?? ''];
  return queryOptions({
    queryKey,
    queryFn: async ({ signal, client }): Promise<Followed> => {
      let { events, cursor } = client.getQueryData<Followed>(queryKey) ?? NONE_FOLLOWED;
      for (let isAll = false; !isAll && events.length < FOLLOWED_MAX; ) {
        const place = cursor === null ? begin : { cursor };
        const query = { ...filters, ...place, order: 'asc', limit: 100 } as const;
        const next: AuditPageOfList = await api.listAuditEvents({ query }, { signal });
        const since = next.data.filter(({ sequence }) => sequence > (newest?.sequence ?? 0));
        if (since.length > 0) events = [...since.toReversed(), ...events];
        cursor = next.nextCursor;
        isAll = next.data.length < 100;
      }
      return { events, cursor };
    },
    refetchInterval: FOLLOW_MS,
    gcTime: 0,
  });
}

/** Longer than the clocks of servers differ. */
const CLOCKS_MS = 60_000;

/** Where there is no newest event: nothing in all of the log, or nothing as far back as the page was searched. */
function beginOf(page: AuditPageOfList | undefined, from: string | undefined, now: number) {
  const [newest] = page?.data ?? [];
  if (newest) return { from: newest.at };
  if (!page || page.nextCursor === null) return undefined;
  const recently = new Date(now - CLOCKS_MS).toISOString();
  return { from: from !== undefined && Date.parse(from) > now - CLOCKS_MS ? from : recently };
}

const NONE_FOLLOWED: Followed = { events: [], cursor: null };

export function auditEventQuery(id: string) {
  return queryOptions({
    queryKey: ['audit', 'event', id],
    queryFn: ({ signal }) => api.getAuditEvent({ params: { id } }, { signal }),
    // An event never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

const RECENT_MS = 15_000;

/** The last events that match. */
export function recentEventsQuery(search: AuditSearch, limit: number) {
  const query = { ...auditFilters(search, 0), limit };
  return queryOptions({
    queryKey: ['audit', 'recent', query],
    queryFn: ({ signal }) => api.listAuditEvents({ query }, { signal }),
    refetchInterval: RECENT_MS,
  });
}
