import { ipRange } from '@tollkeeper/contract';

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

/** Both, each once, in the order in which they came. */
export function joinRanges(before: readonly string[], added: readonly string[]): string[] {
  return [...new Set([...before, ...added])];
}
