const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const STEPS = [
  { unit: 'minute', ms: MINUTE, below: HOUR },
  { unit: 'hour', ms: HOUR, below: DAY },
  { unit: 'day', ms: DAY, below: 30 * DAY },
  { unit: 'month', ms: (365 / 12) * DAY, below: 365 * DAY },
  { unit: 'year', ms: 365 * DAY, below: Number.POSITIVE_INFINITY },
] as const;

const words = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/**
 * "3 minutes ago", "in 2 days"; "just now" within 45 seconds either way, since clocks differ.
 * @param at ISO 8601
 * @param now milliseconds since 1970
 */
export function relativeTime(at: string, now: number): string {
  const distance = Date.parse(at) - now;
  const size = Math.abs(distance);
  if (size < 45 * SECOND) return 'just now';
  const step = STEPS.find(({ ms, below }) => Math.round(size / ms) * ms < below) ?? STEPS[4];
  return words.format(Math.sign(distance) * Math.max(1, Math.round(size / step.ms)), step.unit);
}

/**
 * "12 seconds ago", for what changes while one watches; from a minute on as relativeTime.
 * @param now milliseconds since 1970, by the clock that wrote down the moment
 */
export function secondsAgo(at: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(at)) / SECOND);
  if (seconds < 2) return 'just now';
  return seconds < 60 ? words.format(-seconds, 'second') : relativeTime(at, now);
}
