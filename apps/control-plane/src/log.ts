import { LINES_OMITTED, limitLines, logText } from '@tollkeeper/gateway-core';
import { redactSecrets } from '@tollkeeper/verify';
import {
  type DestinationStream,
  type LevelWithSilentOrString,
  type Logger,
  type LoggerOptions,
  pino,
} from 'pino';

/** Strangers cause some of the warnings: of one message there are so many lines in a second. */
const LINES_MAX = 50;
/** Messages from this level on are limited. Ordinary events are logged each time. */
const WARN = pino.levels.values.warn ?? 40;
const LINE_MAX = 16_384;
const STACK_MAX = 4000;
const CAUSES_MAX = 4;

/**
 * The log of the process: a line of JSON for each event. No line holds a key, nor what people
 * entered: Drizzle quotes the parameters of a statement that failed, and PostgreSQL the row; among
 * them are session tokens, names and hashes. Texts, lines, and warnings in a second are bounded.
 * @param destination stdout unless given
 */
export function createLog(level: LevelWithSilentOrString, destination?: DestinationStream): Logger {
  const mayWrite = limitLines(LINES_MAX, (of, omitted) => log.warn({ of, omitted }, LINES_OMITTED));
  const options: LoggerOptions = {
    level,
    serializers: { err: (error: unknown) => (error instanceof Error ? tell(error) : error) },
    formatters: { log: cutTexts },
    hooks: {
      logMethod(args, method, at) {
        const message = args.find((each) => typeof each === 'string') ?? '';
        if (at >= WARN && !mayWrite(message)) return;
        const cut = args.map((each) => (typeof each === 'string' ? logText(each) : each));
        method.apply(this, cut as typeof args);
      },
      streamWrite: (line) => redactSecrets(line.length > LINE_MAX ? shorten(line) : line),
    },
  };
  const log = destination ? pino(options, destination) : pino(options);
  return log;
}

function cutTexts(facts: Record<string, unknown>): Record<string, unknown> {
  const cut = Object.entries(facts).map(([name, value]) => [
    name,
    typeof value === 'string' ? logText(value) : value,
  ]);
  return Object.fromEntries(cut);
}

/** What happened and when, without the facts: they are too long to be of any use. */
function shorten(line: string): string {
  const { level, time, msg } = JSON.parse(line);
  return `${JSON.stringify({ level, time, msg, charactersOmitted: line.length })}\n`;
}

function tell(error: Error, depth = 0): object {
  const { code } = error as NodeJS.ErrnoException;
  const message = withoutParameters(error.message);
  const stack = error.stack?.replace(error.message, () => logText(message));
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message: logText(message),
    ...(code === undefined ? {} : { code }),
    ...(stack === undefined ? {} : { stack: logText(stack, STACK_MAX) }),
    ...(error.cause instanceof Error && depth < CAUSES_MAX
      ? { cause: tell(error.cause, depth + 1) }
      : {}),
  };
}

function withoutParameters(message: string): string {
  return message.split('\nparams: ', 1)[0] ?? '';
}
