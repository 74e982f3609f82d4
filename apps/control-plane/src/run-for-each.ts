import type { Logger } from 'pino';

/**
 * Does the work of a job for one organization, or what else it goes over, after another. An error about one is
 * logged, and keeps no later one from its turn.
 * @param contextOf names the one in the log
 * @throws Error at the end where any failed, so that the job itself is seen to fail
 */
export async function runForEach<T>(
  log: Logger,
  items: Iterable<T>,
  contextOf: (item: T) => Readonly<Record<string, string>>,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  let [count, failed] = [0, 0];
  for (const item of items) {
    count += 1;
    try {
      await work(item);
    } catch (error) {
      failed += 1;
      // Before the next one: each of them may take long.
      log.error({ err: error, ...contextOf(item) }, 'job step failed: the others go on');
    }
  }
  // Without a cause, which may quote what people entered: the queue stores the error.
  if (failed > 0) throw new Error(`${failed} of ${count} steps failed, as the log says of each`);
}
