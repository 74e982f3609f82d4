const moment = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** "22 Nov, 08:38 – 08:53": when the bucket begins and ends, in the reader's time zone. */
export function bucketSpan(from: string, bucketSeconds: number): string {
  const start = Date.parse(from);
  return moment.formatRange(start, start + bucketSeconds * 1000);
}
