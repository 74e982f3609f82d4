const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 7 * 86_400,
  y: 365 * 86_400,
};
const DURATION = /^(?:\d{1,9}[smhdwy])+$/;
const PART = /(\d+)([smhdwy])/g;
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** Seconds in a text such as `90s`, `1h30m`, `30d`, `2w` or `1y`; undefined if it is none. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(PART)) {
    seconds += Number(count) * (SECONDS[unit ?? ''] ?? 0);
  }
  return seconds;
}

/**
 * When something expires: a duration from now, an ISO 8601 date (its start in UTC) or time with its
 * zone, or `never` (null). Undefined if the text is none of them.
 */
export function parseExpiry(text: string, now: Date): string | null | undefined {
  if (text === 'never') return null;
  const seconds = parseDuration(text);
  if (seconds !== undefined) return isoOrNothing(now.getTime() + seconds * 1000);
  const day = INSTANT.exec(text)?.[1];
  // Date.parse turns 31 February into 3 March.
  if (day === undefined || isoOrNothing(Date.parse(day))?.slice(0, 10) !== day) return undefined;
  return isoOrNothing(Date.parse(text));
}

function isoOrNothing(time: number): string | undefined {
  const date = new Date(time);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) return undefined;
  return date.toISOString();
}
