import type { Usage, UsagePeriod } from '@tollkeeper/contract';

const HOUR_MS = 3_600_000;

/** How far apart, in local hours, the labels of the time axis stand. */
const HOURS_APART: Readonly<Record<UsagePeriod, number>> = { '24h': 4, '7d': 24, '30d': 24 };
const EVERY_NTH: Readonly<Record<UsagePeriod, number>> = { '24h': 1, '7d': 1, '30d': 5 };

const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const LABELS: Readonly<Record<UsagePeriod, Intl.DateTimeFormat>> = {
  '24h': hour,
  '7d': weekday,
  '30d': day,
};

/**
 * Labels for the time axis: by the start of the bucket in which a round local time lies. Buckets
 * count back from now and begin at any minute, so none need begin at a round time itself.
 */
export function axisTicks({ period, bucketSeconds, data }: Usage): ReadonlyMap<string, string> {
  const marks = data.flatMap(({ from }) => {
    const round = roundTimeIn(Date.parse(from), bucketSeconds * 1000, HOURS_APART[period]);
    return round === undefined ? [] : [[from, LABELS[period].format(round)] as const];
  });
  const last = marks.length - 1;
  return new Map(marks.filter((_, index) => (last - index) % EVERY_NTH[period] === 0));
}

/** The local time at a multiple of so many hours that lies in the bucket, if one does. */
function roundTimeIn(from: number, bucketMs: number, hours: number): number | undefined {
  const next = new Date(from);
  if (next.getMinutes() + next.getSeconds() + next.getMilliseconds() > 0) next.setMinutes(60, 0, 0);
  for (let at = next.getTime(); at < from + bucketMs; at += HOUR_MS) {
    if (new Date(at).getHours() % hours === 0) return at;
  }
  return undefined;
}

/** Where no count is higher, the axis still ends here. */
const TOP_MIN = 4;
const GAPS_MAX = 4;

/** Even, round steps of an axis of counts, from 0 to at or above the highest count. */
export function countTicks(highest: number): number[] {
  const top = Math.max(highest, TOP_MIN);
  const power = 10 ** Math.floor(Math.log10(top / GAPS_MAX));
  const step = [1, 2, 5].map((each) => each * power).find((each) => each * GAPS_MAX >= top);
  const size = step ?? 10 * power;
  return Array.from({ length: Math.ceil(top / size) + 1 }, (_, index) => index * size);
}

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
