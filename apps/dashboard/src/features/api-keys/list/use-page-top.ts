import { type RefObject, useEffect, useRef } from 'react';

/**
 * Scrolls to the top of a list once another page of it is there: to its first row, not to what
 * stands above, which on a phone fills a screen.
 * @param page what is shown; undefined while the next one is on its way
 * @returns what to put on the list, and what to call when somebody turns the page
 */
export function usePageTop(page: unknown): [RefObject<HTMLElement | null>, () => void] {
  const top = useRef<HTMLElement>(null);
  const turned = useRef(false);
  useEffect(() => {
    if (page === undefined || !turned.current) return;
    turned.current = false;
    top.current?.scrollIntoView();
  }, [page]);
  return [
    top,
    () => {
      turned.current = true;
    },
  ];
}
