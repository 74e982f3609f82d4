import { addLongs, moduloLong, subtractLongs, toLong } from './long.ts';
import type { Amount } from './value.ts';

type Datetime = Amount<'datetime'>;
type Duration = Amount<'duration'>;

const DAY_MS = 86_400_000;
const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})/;
const TIME = /^T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}))?(?:Z|([+-])([0-9]{2})([0-9]{2}))$/;
const DURATION = /^(-?)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$/;
/** Of the units of a duration, in the order in which they are written. */
const UNITS_MS = [86_400_000n, 3_600_000n, 60_000n, 1000n, 1n];

/** `2026-01-31`, or with a time that ends in `Z` or an offset like `+0100`; undefined for anything else. */
export function parseDatetime(text: string): Datetime | undefined {
  const date = DATE.exec(text);
  if (!date) return undefined;
  const dayMs = midnight(Number(date[1]), Number(date[2]), Number(date[3]));
  const timeText = text.slice(date[0].length);
  const timeMs = timeText === '' ? 0 : parseTime(timeText);
  if (dayMs === undefined || timeMs === undefined) return undefined;
  return { kind: 'datetime', amount: dayMs + timeMs };
}

/** Quantities with their units, largest first: `1d2h`, `-90m`; undefined for anything else. */
export function parseDuration(text: string): Duration | undefined {
  if (text === '' || text === '-') return undefined;
  const [, sign, ...quantities] = DURATION.exec(text) ?? [];
  if (quantities.length === 0) return undefined;
  let total = 0n;
  for (const [i, unit] of UNITS_MS.entries()) total += BigInt(quantities[i] ?? 0) * unit;
  return durationOf(toLong(sign === '-' ? -total : total));
}

export function offsetDatetime(start: Datetime, by: Duration): Datetime | undefined {
  return datetimeOf(addLongs(start.amount, by.amount));
}

export function durationSince(end: Datetime, start: Datetime): Duration | undefined {
  return durationOf(subtractLongs(end.amount, start.amount));
}

/** Midnight of its day, in UTC. */
export function dateOf({ amount }: Datetime): Datetime | undefined {
  return datetimeOf(subtractLongs(amount, moduloLong(amount, DAY_MS)));
}

/** Since midnight, in UTC. */
export function timeOfDay({ amount }: Datetime): Duration {
  return { kind: 'duration', amount: moduloLong(amount, DAY_MS) };
}

function datetimeOf(amount: Datetime['amount'] | undefined): Datetime | undefined {
  return amount === undefined ? undefined : { kind: 'datetime', amount };
}

function durationOf(amount: Duration['amount'] | undefined): Duration | undefined {
  return amount === undefined ? undefined : { kind: 'duration', amount };
}

/** Undefined for a day that the calendar does not have. */
function midnight(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.getTime() : undefined;
}

function parseTime(text: string): number | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const [hours, minutes, seconds, ms] = match.slice(1, 5).map((digits) => Number(digits ?? 0));
  const time = clockMs(hours, minutes, seconds);
  const offset = clockMs(Number(match[6] ?? 0), Number(match[7] ?? 0), 0);
  if (time === undefined || offset === undefined) return undefined;
  return time + (ms ?? 0) + (match[5] === '+' ? -offset : offset);
}

function clockMs(hours = 0, minutes = 0, seconds = 0): number | undefined {
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}
