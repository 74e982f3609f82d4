import { LINES_OMITTED, limitLines, logText } from '@tollkeeper/gateway-core';
import { redactSecrets } from '@tollkeeper/verify';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

/** The gateway's log, for its operator. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Lines of one message per second. */
const LINES_MAX = 10;
const STACK_MAX = 4000;
const CAUSES_MAX = 4;

/**
 * A line of JSON for each event from the level on. No line holds a key, and long texts in it are cut. Of
 * one message there are at most ten lines a second, and one more that says how many were left out.
 * @param destination stderr unless given
 */
export function createLog(level: LogLevel, destination: DestinationStream = stderr()): Log {
  const limits = new Map(LOG_LEVELS.map((each) => [pino.levels.values[each], limitOf(each)]));
  function limitOf(own: LogLevel): (message: string) => boolean {
    return limitLines(LINES_MAX, (of, omitted) => log[own]({ of, omitted }, LINES_OMITTED));
  }
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describe },
    formatters: { level: (label) => ({ level: label }), log: cutTexts },
    hooks: {
      logMethod(args, method, at) {
        const message = args.find((each) => typeof each === 'string') ?? '';
        if (message !== LINES_OMITTED && limits.get(at)?.(message) === false) return;
        const cut = args.map((each) => (typeof each === 'string' ? logText(each) : each));
        method.apply(this, cut as typeof args);
      },
      streamWrite: redactSecrets,
    },
  };
  const log: Log = pino(options, destination);
  return log;
}

/** Synchronous, so that the reason for which the process ends is written before it does. */
function stderr(): DestinationStream {
  return pino.destination({ dest: 2, sync: true });
}

function cutTexts(details: Record<string, unknown>): Record<string, unknown> {
  const cut = Object.entries(details).map(([name, value]) => [
    name,
    typeof value === 'string' ? logText(value) : value,
  ]);
  return Object.fromEntries(cut);
}

function describe(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    message: logText(error.message),
    ...(code === undefined ? {} : { code }),
    stack: logText(error.stack ?? '', STACK_MAX),
    ...(error.cause instanceof Error && depth < CAUSES_MAX
      ? { cause: describe(error.cause, depth + 1) }
      : {}),
  };
}
