import { redactSecrets } from '@tollkeeper/verify';

/** What happened, for whoever runs the gateway. */
export interface Log {
  readonly debug: Say;
  readonly info: Say;
  readonly warn: Say;
  readonly error: Say;
}
type Say = (details: object, message: string) => void;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Lines of one message within a period: whoever can make it happen could fill the disk. */
const LINES_MAX = 10;
const PERIOD_MS = 1000;

/**
 * A line of JSON for each event from the level on. No line holds a key. Of one message there are
 * ten lines a second at most, and one more that tells how many were left out.
 * @param write takes a whole line
 */
export function createLog(level: LogLevel, write: (line: string) => void, now: () => Date): Log {
  const sayAt = (own: LogLevel): Say => {
    if (LOG_LEVELS.indexOf(own) < LOG_LEVELS.indexOf(level)) return () => undefined;
    const say: Say = (details, message) => {
      const told = Object.entries(details).map(([name, value]) => [name, tell(value)]);
      const head = { level: own, time: now().toISOString(), msg: message };
      write(`${redactSecrets(JSON.stringify({ ...head, ...Object.fromEntries(told) }))}\n`);
    };
    return limit(say);
  };
  return { debug: sayAt('debug'), info: sayAt('info'), warn: sayAt('warn'), error: sayAt('error') };
}

function limit(say: Say): Say {
  /** How many there were of each message in its period. */
  const counts = new Map<string, number>();
  const endPeriod = (message: string) => {
    const omitted = (counts.get(message) ?? 0) - LINES_MAX;
    counts.delete(message);
    if (omitted > 0)
      say({ of: message, omitted }, 'Lines were left out, since there were too many');
  };
  return (details, message) => {
    const count = (counts.get(message) ?? 0) + 1;
    counts.set(message, count);
    if (count === 1) setTimeout(endPeriod, PERIOD_MS, message).unref();
    if (count <= LINES_MAX) say(details, message);
  };
}

function tell(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { code } = value as NodeJS.ErrnoException;
  return {
    type: value.name,
    message: value.message,
    ...(code === undefined ? {} : { code }),
    stack: value.stack,
    ...(value.cause instanceof Error ? { cause: tell(value.cause) } : {}),
  };
}
