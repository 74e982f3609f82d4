import { GRACE_SECONDS_MAX, type Labels } from '@tollkeeper/contract';
import { InvalidArgumentError } from 'commander';
import type { CliContext } from '../cli-context.ts';
import { EXIT, Failure } from '../failure.ts';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** A count of 1 or more. */
export function readCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number above 0.');
}

/** A duration, in seconds. */
export function readDuration(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError('Give a duration such as 30m, 1h, 7d or 0s.');
}

/** How long an old secret still works, in seconds. */
export function readGrace(text: string): number {
  const seconds = readDuration(text);
  if (seconds <= GRACE_SECONDS_MAX) return seconds;
  throw new InvalidArgumentError(`It can be at most ${GRACE_SECONDS_MAX / DAY_S} days.`);
}

/** When something expires, ISO 8601; null for `never`. */
export function readExpiry(text: string, { now }: Pick<CliContext, 'now'>): string | null {
  const at = now();
  const expiresAt = parseExpiry(text, at);
  if (expiresAt && Date.parse(expiresAt) <= at.getTime()) {
    throw new InvalidArgumentError('It must be in the future.');
  }
  if (expiresAt !== undefined) return expiresAt;
  const shape = 'a duration such as 30d, a date such as 2030-01-31, a time with its zone';
  throw new InvalidArgumentError(`Give ${shape}, or never.`);
}

/** A moment, in the past or in the future, as ISO 8601. */
export function readTime(text: string): string {
  const time = parseInstant(text);
  if (time !== undefined) return time;
  throw new InvalidArgumentError('Give a date such as 2030-01-31, or a time with its zone.');
}

/** A moment, as ISO 8601; of a date, the end of that day in UTC, as people mean it who say "until". */
export function readLastMoment(text: string): string {
  const time = readTime(text);
  return text.includes('T') ? time : time.replace('T00:00:00.000Z', 'T23:59:59.999Z');
}

/** Whole days, as `90` or `90d`; null for `never`. */
export function readDays(text: string): number | null {
  if (text === 'never') return null;
  return readUnits(text, DAY_S, 'a number of days such as 90 or 90d, or never');
}

/** Whole hours, as `12`, `12h` or `7d`. */
export function readHours(text: string): number {
  return readUnits(text, HOUR_S, 'a number of hours such as 12, 12h or 7d');
}

function readUnits(text: string, unitS: number, shape: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) * unitS : parseDuration(text);
  if (seconds !== undefined && seconds > 0 && seconds % unitS === 0) return seconds / unitS;
  throw new InvalidArgumentError(`Give ${shape}.`);
}

/** Labels such as `region=eu-1`. Throws Failure for a text without its "=". */
export function parseLabels(texts: readonly string[]): Labels {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
      throw new Failure(EXIT.usage, `"${text}" is not a label: it should be such as region=eu-1.`);
    }),
  );
}

/** The name, given as an argument or by `--name`. Throws Failure if it is given twice, differently. */
export function findName(
  argument: string | undefined,
  { name }: { readonly name: string | undefined },
): string | undefined {
  if (argument !== undefined && name !== undefined && argument !== name) {
    throw new Failure(EXIT.usage, `Two names are given, "${argument}" and "${name}". Give one.`);
  }
  return argument ?? name;
}

/** The name of what a command creates. Throws Failure if none is given, or two. */
export function requireName(
  argument: string | undefined,
  options: { readonly name: string | undefined },
): string {
  const name = findName(argument, options);
  if (name !== undefined) return name;
  throw new Failure(EXIT.usage, 'Give the name, as an argument or by --name.');
}

/** The changes that were asked for. Throws Failure if there is none. */
export function requireChange<T extends object>(change: T, options: string): T {
  if (Object.keys(change).length > 0) return change;
  throw new Failure(EXIT.usage, `Give what to change: ${options}.`);
}

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
  return parseInstant(text);
}

/** An ISO 8601 date (its start in UTC) or time with its zone. Undefined if the text is none of them. */
function parseInstant(text: string): string | undefined {
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
