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

/**
 * A line of JSON for each event from the level on. No line holds a key.
 * @param write takes a whole line
 */
export function createLog(level: LogLevel, write: (line: string) => void, now: () => Date): Log {
  const sayAt = (own: LogLevel): Say => {
    if (LOG_LEVELS.indexOf(own) < LOG_LEVELS.indexOf(level)) return () => undefined;
    return (details, message) => {
      const told = Object.entries(details).map(([name, value]) => [name, tell(value)]);
      const head = { level: own, time: now().toISOString(), msg: message };
      write(`${redactSecrets(JSON.stringify({ ...head, ...Object.fromEntries(told) }))}\n`);
    };
  };
  return { debug: sayAt('debug'), info: sayAt('info'), warn: sayAt('warn'), error: sayAt('error') };
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
