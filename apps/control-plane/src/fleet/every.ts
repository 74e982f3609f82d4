import type { Logger } from 'pino';

/** Does the work again and again, never twice at a time. @returns what stops it */
export function every(
  intervalMs: number,
  work: () => Promise<unknown>,
  log: Logger,
): () => Promise<void> {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= work()
      .then(
        () => undefined,
        (error) => log.warn({ err: error }, 'fleet maintenance failed'),
      )
      .finally(() => {
        running = undefined;
      });
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
