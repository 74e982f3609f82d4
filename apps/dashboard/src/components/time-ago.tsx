import { relativeTime, secondsAgo } from '@tollkeeper/contract';
import { exactTime } from '../lib/format.ts';
import { useNow, useSecond } from '../lib/server-clock.ts';
import { Tooltip } from './popover.tsx';

/** "3 minutes ago", with the exact time on hover. For tables, where every row has several. */
export function TimeAgo({ at }: { readonly at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={exactTime(at)}>
      {relativeTime(at, now)}
    </time>
  );
}

/** "3 minutes ago", whose exact time the keyboard reaches as well. */
export function TimeAgoButton({ at }: { readonly at: string }) {
  const now = useNow();
  return (
    <Tooltip text={exactTime(at)}>
      <button type="button" className="cursor-default rounded-sm text-left">
        <time dateTime={at}>{relativeTime(at, now)}</time>
      </button>
    </Tooltip>
  );
}

/** "12 seconds ago", counting on. */
export function SecondsAgo({ at }: { readonly at: string }) {
  const now = useSecond();
  return (
    <time dateTime={at} title={exactTime(at)}>
      {secondsAgo(at, now)}
    </time>
  );
}
