const wording = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.44 * DAY;
const YEAR = 365 * DAY;

/** Units, each with the seconds up to which it reads best once rounded. */
const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number, number])[] = [
  ['second', 1, 59.5],
  ['minute', MINUTE, 59.5 * MINUTE],
  ['hour', HOUR, 23.5 * HOUR],
  ['day', DAY, 45 * DAY],
  ['month', MONTH, 11.5 * MONTH],
];

/** A moment as people say it: `3 minutes ago`, `in 30 days`, `just now`; null is `never`. */
export function relativeTime(instant: string | null, now: Date): string {
  if (instant === null) return 'never';
  const seconds = (Date.parse(instant) - now.getTime()) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 5) return 'just now';
  for (const [unit, size, limit] of UNITS) {
    if (distance < limit) return wording.format(Math.round(seconds / size), unit);
  }
  return wording.format(Math.round(seconds / YEAR), 'year');
}

/** The relative and the exact time, for a page about one thing. */
export function relativeAndExact(instant: string | null, now: Date): string {
  if (instant === null) return 'never';
  const exact = new Date(instant).toISOString().replace('T', ' ').slice(0, 19);
  return `${relativeTime(instant, now)} (${exact} UTC)`;
}
