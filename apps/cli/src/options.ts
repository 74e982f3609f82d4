import { GRACE_SECONDS_MAX } from '@tollkeeper/contract';
import { InvalidArgumentError } from 'commander';
import { EXIT } from './exit-codes.ts';
import { Failure } from './failure.ts';
import { parseDuration, parseExpiry } from './text/duration.ts';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** Values given one by one, with commas, or both; undefined if the option is absent. */
export function splitList(values: readonly string[] | undefined): string[] | undefined {
  return values
    ?.flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** For commander: a count of 1 or more. */
export function countOption(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It should be a whole number above 0.');
}

/** For commander: a duration, in seconds. */
export function durationOption(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError('It should be a duration such as 30m, 1h, 7d or 0s.');
}

/** For commander: how long an old secret still works, in seconds. */
export function graceOption(text: string): number {
  const seconds = durationOption(text);
  if (seconds <= GRACE_SECONDS_MAX) return seconds;
  throw new InvalidArgumentError(`It can be at most ${GRACE_SECONDS_MAX / DAY_S} days.`);
}

/** An option that can be switched off. Commander turns null into '', so it waits for `orNull`. */
export type OrNever<T> = T | 'never';

/** What the API takes in place of `never`. */
export function orNull<T>(value: OrNever<T>): T | null {
  return value === 'never' ? null : value;
}

/** For commander: when something expires, ISO 8601, or `never`. */
export function expiryOption(now: () => Date): (text: string) => OrNever<string> {
  return (text) => {
    const expiresAt = parseExpiry(text, now());
    if (expiresAt !== undefined) return expiresAt ?? 'never';
    const shape = 'a duration such as 30d, a date such as 2030-01-31, a time with its zone';
    throw new InvalidArgumentError(`It should be ${shape}, or never.`);
  };
}

/** For commander: whole days, as `90` or `90d`, or `never`. */
export function daysOption(text: string): OrNever<number> {
  return text === 'never'
    ? text
    : wholeUnits(text, DAY_S, 'a number of days such as 90 or 90d, or never');
}

/** For commander: whole hours, as `12`, `12h` or `7d`. */
export function hoursOption(text: string): number {
  return wholeUnits(text, HOUR_S, 'a number of hours such as 12, 12h or 7d');
}

/** The option that stands for the argument `name` of a command that creates something. */
export const NAME_OPTION = ['--name <name>', 'the same as the argument'] as const;

export interface NameOption {
  readonly name?: string;
}

/** The name, given as an argument or by `--name`. Throws Failure if it is given twice, differently. */
export function findName(argument: string | undefined, { name }: NameOption): string | undefined {
  if (argument !== undefined && name !== undefined && argument !== name) {
    throw new Failure(EXIT.usage, `Two names are given, "${argument}" and "${name}". Give one.`);
  }
  return argument ?? name;
}

/** The same where there must be one. Throws Failure if there is none. */
export function requireName(argument: string | undefined, options: NameOption): string {
  const name = findName(argument, options);
  if (name !== undefined) return name;
  throw new Failure(EXIT.usage, 'Give the name, as an argument or by --name.');
}

/** The options that were given, by the API's names. Throws Failure if there is none. */
export function requireChange<T extends object>(change: T, options: string): T {
  if (Object.keys(change).length > 0) return change;
  throw new Failure(EXIT.usage, `Give what to change: ${options}.`);
}

function wholeUnits(text: string, unitS: number, shape: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) * unitS : parseDuration(text);
  if (seconds !== undefined && seconds > 0 && seconds % unitS === 0) return seconds / unitS;
  throw new InvalidArgumentError(`It should be ${shape}.`);
}
