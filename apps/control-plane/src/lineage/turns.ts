import type { Database } from '../db/connect.ts';
import { DomainError } from '../domain-error.ts';

/**
 * Runs work on a database one at a time in this process, so that it takes one connection of all that
 * requests share. Without a limit, any number waits.
 * @param waitingMax how many may wait
 */
export function createTurns(waitingMax = Number.POSITIVE_INFINITY) {
  const queues = new WeakMap<Database, { last: Promise<unknown>; length: number }>();

  /** @throws DomainError unavailable, where as many wait as may; what `work` throws */
  return async <T>(db: Database, work: () => Promise<T>): Promise<T> => {
    const queue = queues.get(db) ?? { last: Promise.resolve(), length: 0 };
    queues.set(db, queue);
    if (queue.length > waitingMax) {
      throw new DomainError(
        'unavailable',
        'The server is busy looking for what other keys created. Nothing was changed. Try again.',
      );
    }
    queue.length += 1;
    const done = queue.last.then(work, work);
    queue.last = done;
    try {
      return await done;
    } finally {
      queue.length -= 1;
    }
  };
}
