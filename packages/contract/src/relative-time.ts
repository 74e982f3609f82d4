const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** Units, each with the distance from which the next one reads better. */
const UNITS = [
  { unit: 'minute', ms: MINUTE, below: HOUR },
  { unit: 'hour', ms: HOUR, below: DAY },
  { unit: 'day', ms: DAY, below: 45 * DAY },
  { unit: 'month', ms: YEAR / 12, below: YEAR },
] as const;

const words = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/**
 * "3 minutes ago", "in 30 days"; "just now" within 45 seconds either way, because clocks differ.
 * Dashboard and command line both use it, so that one moment reads the same in both.
 * @param at ISO 8601
 * @param now milliseconds since 1970
 */
export function relativeTime(at: string, now: number): string {
  const distance = Date.parse(at) - now;
  const size = Math.abs(distance);
  if (size < 45 * SECOND) return 'just now';
  const { unit, ms } = UNITS.find((each) => Math.round(size / each.ms) * each.ms < each.below) ?? {
    unit: 'year',
    ms: YEAR,
  };
  return words.format(Math.sign(distance) * Math.max(1, Math.round(size / ms)), unit);
}

/**
 * "12 seconds ago", for what changes while you watch; from a minute on, the same as relativeTime.
 * @param now milliseconds since 1970, by the clock that recorded the moment
 */
export function secondsAgo(at: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(at)) / SECOND);
  if (seconds < 2) return 'just now';
  return seconds < 60 ? words.format(-seconds, 'second') : relativeTime(at, now);
}

const exact = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  timeZone: 'UTC',
});

/** "23 Nov 2026, 08:05:12 UTC", for what is not written for one reader, such as a mail. */
export function utcTime(at: Date): string {
  return `${exact.format(at)} UTC`;
}

/** "12 s", "5 min", "3 h", "7 days": how long something has waited. */
export function lagWords(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}
