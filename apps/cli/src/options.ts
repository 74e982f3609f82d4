import { InvalidArgumentError } from 'commander';
import { parseDuration, parseExpiry } from './text/duration.ts';

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

/** For commander: when something expires, ISO 8601; null for `never`. */
export function expiryOption(now: () => Date): (text: string) => string | null {
  return (text) => {
    const expiresAt = parseExpiry(text, now());
    if (expiresAt !== undefined) return expiresAt;
    const shape = 'a duration such as 30d, a date such as 2030-01-31, a time with its zone';
    throw new InvalidArgumentError(`It should be ${shape}, or never.`);
  };
}
