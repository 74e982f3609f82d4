import type { Logger } from 'pino';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** What anyone can cause by a wrong password or an invented passkey: nothing failed here. */
const CALLERS_FAULT = /^(Invalid|Failed to verify|User not found|Password not found)/;

/** Better Auth's log lines, at the level that they have for an operator. */
export function authLogger(log: Logger) {
  return {
    level: 'warn',
    // Only the text: what follows it may hold addresses and tokens of people.
    log(level: Level, message: unknown) {
      const text = typeof message === 'string' ? message : 'Better Auth logged no text';
      const operatorLevel = level === 'error' ? 'error' : 'warn';
      log[CALLERS_FAULT.test(text) ? 'info' : operatorLevel]({ part: 'sessions' }, text);
    },
  } as const;
}
