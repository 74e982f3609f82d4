import { LINES_OMITTED, limitLines, logText } from '@tollkeeper/gateway-core';
import { redactSecrets } from '@tollkeeper/verify';

/** The gateway's log, for its operator. */
export interface Log {
  readonly debug: Say;
  readonly info: Say;
  readonly warn: Say;
  readonly error: Say;
}
type Say = (details: object, message: string) => void;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Of one message, in a second. */
const LINES_MAX = 10;
const STACK_MAX = 4000;
const CAUSES_MAX = 4;

/**
 * A line of JSON for each event from the level on. No line holds a key, and each text in it is cut
 * where it gets long. Of one message there are ten lines a second at most, and one more that says
 * how many were left out.
 * @param write takes a whole line
 */
export function createLog(level: LogLevel, write: (line: string) => void, now: () => Date): Log {
  const sayAt = (own: LogLevel): Say => {
    if (LOG_LEVELS.indexOf(own) < LOG_LEVELS.indexOf(level)) return () => undefined;
    const say: Say = (details, message) => {
      const fields = Object.entries(details).map(([name, value]) => [name, tell(value)]);
      const head = { level: own, time: now().toISOString(), msg: logText(message) };
      write(`${redactSecrets(JSON.stringify({ ...head, ...Object.fromEntries(fields) }))}\n`);
    };
    return limit(say);
  };
  return { debug: sayAt('debug'), info: sayAt('info'), warn: sayAt('warn'), error: sayAt('error') };
}

function limit(say: Say): Say {
  const mayWrite = limitLines(LINES_MAX, (of, omitted) => say({ of, omitted }, LINES_OMITTED));
  return (details, message) => {
    if (mayWrite(message)) say(details, message);
  };
}

function tell(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return logText(value);
  if (!(value instanceof Error)) return value;
  const { code } = value as NodeJS.ErrnoException;
  return {
    type: value.name,
    message: logText(value.message),
    ...(code === undefined ? {} : { code }),
    stack: logText(value.stack ?? '', STACK_MAX),
    ...(value.cause instanceof Error && depth < CAUSES_MAX
      ? { cause: tell(value.cause, depth + 1) }
      : {}),
  };
}
