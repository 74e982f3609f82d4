import type { Services } from '../context.ts';
import type { ChangeFeed } from '../replication/change-feed.ts';

interface Sources {
  readonly clock: Services['clock'];
  readonly changeFeed: Pick<ChangeFeed, 'current' | 'lastApplied'>;
}

/** When the session of a request was looked up. */
export interface SessionCheck {
  readonly atMs: number;
  /** The last change that this process had applied. */
  readonly appliedChange: number;
}

/** How long the answer to a session may take without a second look-up, in milliseconds. */
const CHECK_VALID_MS = 100;

/** To be taken before the look-up: what happens during it counts as later. */
export function sessionCheck({ clock, changeFeed }: Sources): SessionCheck {
  return { atMs: clock().getTime(), appliedChange: changeFeed.lastApplied() };
}

/**
 * Whether the session may have lost what its look-up showed. Suspending a member or taking a scope
 * away is a change, and is answered only once this process has applied it or has lost its lease. The
 * end of a session, as by signing out, is no change and shows only by a look-up: so one is due where
 * the answer took long, and a quick answer costs none.
 */
export function isCheckOutdated(
  { atMs, appliedChange }: SessionCheck,
  { clock, changeFeed }: Sources,
): boolean {
  return (
    changeFeed.lastApplied() !== appliedChange ||
    !changeFeed.current() ||
    Math.abs(clock().getTime() - atMs) >= CHECK_VALID_MS
  );
}
