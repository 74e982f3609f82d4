import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { AuditEventView } from '@tollkeeper/contract';
import { type RefObject, useEffect, useState } from 'react';
import {
  type AuditPageOfList,
  type AuditSearch,
  FOLLOWED_MAX,
  followQuery,
} from '../../audit-events/index.ts';

interface Following {
  readonly search: AuditSearch;
  readonly now: number;
  readonly list: UseQueryResult<AuditPageOfList>;
  /** Of the list: where it begins. */
  readonly top: RefObject<HTMLElement | null>;
  readonly isPaused: boolean;
}

/**
 * The events that came after the first page was read. To somebody who has scrolled down they are not
 * shown, since they would push what is read: they wait until the person goes back to the top.
 */
export function useNewEvents({ search, now, list, top, isPaused }: Following) {
  const { data, isPlaceholderData, isFetching, refetch } = list;
  // Nothing that happens from now on can match a time that has passed.
  const canFollow = !search.cursor && (!search.to || Date.parse(search.to) > now);
  const isReady = canFollow && data !== undefined && !isPlaceholderData && !isFetching;
  const query = followQuery(search, now, isPlaceholderData ? undefined : data);
  const { data: followed } = useQuery({ ...query, enabled: isReady && !isPaused });
  const events = isReady && followed ? followed.events : NONE;
  const newest = events[0]?.sequence ?? 0;
  const [shownTo, setShownTo] = useState(0);
  const waitingCount = events.filter(({ sequence }) => sequence > shownTo).length;

  useEffect(() => {
    if (newest <= shownTo) return;
    const showAtTop = () => {
      if (isAtTop(top.current)) setShownTo(newest);
    };
    showAtTop();
    addEventListener('scroll', showAtTop, { passive: true });
    return () => removeEventListener('scroll', showAtTop);
  }, [newest, shownTo, top]);

  return {
    canFollow,
    shown: waitingCount > 0 ? events.slice(waitingCount) : events,
    waitingCount,
    showWaiting: () => {
      setShownTo(newest);
      if (events.length >= FOLLOWED_MAX) void refetch();
    },
  };
}

const NONE: readonly AuditEventView[] = [];

function isAtTop(list: HTMLElement | null): boolean {
  return list !== null && list.getBoundingClientRect().top >= 0;
}
