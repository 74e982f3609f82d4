import { redactSecrets } from '@tollkeeper/verify';
import { type DestinationStream, type LevelWithSilentOrString, type Logger, pino } from 'pino';

/**
 * The log of the process: a line of JSON for each event. No line holds a key, nor what people
 * entered: Drizzle quotes the parameters of a statement that failed, and PostgreSQL the row; among
 * them are session tokens, names and hashes.
 * @param destination stdout unless given
 */
export function createLog(level: LevelWithSilentOrString, destination?: DestinationStream): Logger {
  const options = {
    level,
    serializers: { err: (error: unknown) => (error instanceof Error ? tell(error) : error) },
    hooks: { streamWrite: redactSecrets },
  };
  return destination ? pino(options, destination) : pino(options);
}

function tell(error: Error): object {
  const { code } = error as NodeJS.ErrnoException;
  const message = withoutParameters(error.message);
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack?.replace(error.message, () => message),
    ...(error.cause instanceof Error ? { cause: tell(error.cause) } : {}),
  };
}

function withoutParameters(message: string): string {
  return message.split('\nparams: ', 1)[0] ?? '';
}
