import { zoneOffsets } from './zone-offsets.ts';

export interface BusinessHours {
  /** "09:00". */
  readonly from: string;
  readonly to: string;
  /** Name in the IANA database. */
  readonly timeZone: string;
}

const DAY = 24 * 60;
/** Changes of the clock are written out for this many years. */
const YEARS = 5;

/**
 * The hours as a condition of Cedar, which knows no time zones: the changes of the zone's clock become
 * part of the text.
 * @param now milliseconds since 1970
 */
export function businessHoursCondition({ from, to, timeZone }: BusinessHours, now: number): string {
  const until = Date.UTC(new Date(now).getUTCFullYear() + YEARS + 1, 0, 1);
  const offsets = zoneOffsets(timeZone, now, until);
  const usual = offsets.at(-1)?.minutes ?? 0;
  const others = new Map<number, string[]>();
  offsets.forEach(({ from: start, minutes }, index) => {
    if (minutes === usual) return;
    const end = offsets[index + 1]?.from ?? until;
    const span = `context.time >= ${datetime(start)} &&\n    context.time < ${datetime(end)}`;
    others.set(minutes, [...(others.get(minutes) ?? []), span]);
  });
  return [...others].reduceRight(
    (otherwise, [minutes, spans]) =>
      [
        '  if',
        `    ${spans.join(' ||\n    ')}`,
        '  then',
        `    ${hoursInUtc(from, to, minutes)}`,
        '  else',
        `  ${otherwise}`,
      ].join('\n'),
    `  ${hoursInUtc(from, to, usual)}`,
  );
}

/** Last day for which changes of the clock are written out: "2031-12-31". */
export function lastKnownDay(now: number): string {
  return `${new Date(now).getUTCFullYear() + YEARS}-12-31`;
}

function hoursInUtc(from: string, to: string, offset: number): string {
  const start = wrapped(minuteOf(from) - offset);
  const end = wrapped(minuteOf(to) - offset);
  const both = start < end ? '&&' : '||';
  const time = 'context.time.toTime()';
  return `${time} >= ${duration(start)} ${both} ${time} < ${duration(end)}`;
}

/** "09:30" as minutes since midnight. */
function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function wrapped(minute: number): number {
  return ((minute % DAY) + DAY) % DAY;
}

function duration(minutes: number): string {
  const rest = minutes % 60;
  return `duration("${Math.floor(minutes / 60)}h${rest === 0 ? '' : `${rest}m`}")`;
}

function datetime(at: number): string {
  return `datetime("${new Date(at).toISOString().slice(0, 19)}Z")`;
}
