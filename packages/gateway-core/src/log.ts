import { redactSecrets } from '@tollkeeper/verify';

type Say = (details: object, message: string) => void;

/** Where a gateway writes what people should know: pino's shape, so that its logger fits. */
export interface Log {
  readonly debug: Say;
  readonly info: Say;
  readonly warn: Say;
  readonly error: Say;
}

/** Strangers choose some of what a log line holds: a longer text is cut. */
const TEXT_MAX = 1000;

/** The text as a log line may hold it. Keys are redacted before the cut: half of one looks like none. */
export function logText(text: string, max = TEXT_MAX): string {
  const redacted = redactSecrets(text);
  if (redacted.length <= max) return redacted;
  return `${redacted.slice(0, max)}… (${redacted.length} characters)`;
}

const PERIOD_MS = 1000;

/**
 * Limits the lines of one message per second: anyone who can make it happen could fill the disk.
 * @param onOmitted receives, once the second is over, how many lines were left out
 * @returns whether the next line of the message may be written
 */
export function limitLines(
  linesMax: number,
  onOmitted: (of: string, omitted: number) => void,
): (message: string) => boolean {
  /** How many there were of each message in its period. */
  const counts = new Map<string, number>();
  const endPeriod = (message: string) => {
    const omitted = (counts.get(message) ?? 0) - linesMax;
    counts.delete(message);
    if (omitted > 0) onOmitted(message, omitted);
  };
  return (message) => {
    const count = (counts.get(message) ?? 0) + 1;
    counts.set(message, count);
    if (count === 1) setTimeout(endPeriod, PERIOD_MS, message).unref();
    return count <= linesMax;
  };
}

export const LINES_OMITTED = 'Lines were left out, since there were too many';
