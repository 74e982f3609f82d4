import { DAYS_MAX, ipRange } from '@tollkeeper/contract';

/**
 * A number of days as a person types it; nothing is null.
 * @returns undefined when it is not a whole number from 1 to DAYS_MAX
 */
export function parseDays(text: string): number | null | undefined {
  const typed = text.trim();
  if (typed === '') return null;
  if (!/^\d{1,4}$/.test(typed)) return undefined;
  const days = Number(typed);
  return days >= 1 && days <= DAYS_MAX ? days : undefined;
}

export const DAYS_RULE = `Use a whole number of days, from 1 to ${DAYS_MAX}.`;

interface SplitRanges {
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

/** Takes typed or pasted ranges apart: commas, semicolons, spaces and lines all separate. */
export function splitRanges(text: string): SplitRanges {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  const isRange = (part: string) => ipRange.safeParse(part).success;
  return { good: parts.filter(isRange), bad: parts.filter((part) => !isRange(part)) };
}

/** The ranges of both lists, each once, in their order. */
export function joinRanges(before: readonly string[], added: readonly string[]): string[] {
  return [...new Set([...before, ...added])];
}
