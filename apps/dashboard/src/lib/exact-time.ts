const withTime = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const dayOnly = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
});

/** "23 Nov 2026, 08:05:12 UTC", in the reader's time zone. */
export function exactTime(at: string): string {
  return withTime.format(new Date(at));
}

/** "23 Nov 2026", in the reader's time zone. */
export function exactDay(at: string): string {
  return dayOnly.format(new Date(at));
}
