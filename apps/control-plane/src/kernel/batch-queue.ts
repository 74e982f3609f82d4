import { DomainError } from './domain-error.ts';

/** Nobody waits longer for a change, in milliseconds; one that comes later would surprise. */
const WAIT_MS = 15_000;
/** The last of a batch waits for the work of all the others. */
const BATCH_MAX = 32;

/** A piece of work that waits, and how its caller learns what became of it. */
export interface Queued<Work, Result> {
  readonly work: Work;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  /** By `performance.now()`. */
  readonly deadline: number;
}

/**
 * A queue for each name. What arrives while a batch runs is the next batch, so that one piece of
 * work waits for nothing and many share what a batch costs. Changes of one organization queue at its
 * audit chain anyway; queueing here, before they take a connection, leaves the connections to the
 * others. While the database stands still, only the first batch has to find that out.
 * @param runBatch settles each piece of work, in order, and never rejects
 * @returns what adds a piece of work; rejects with the DomainError unavailable when its turn came
 * too late
 */
export function createBatchQueue<Work, Result>(
  runBatch: (batch: readonly Queued<Work, Result>[]) => Promise<void>,
): (name: string, work: Work) => Promise<Result> {
  const queues = new Map<string, Queued<Work, Result>[]>();

  async function drain(name: string, queue: Queued<Work, Result>[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0, BATCH_MAX).filter(isInTime);
      if (batch.length > 0) await runBatch(batch);
    }
    queues.delete(name);
  }

  return (name, work) => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const waiting = { work, resolve, reject, deadline: performance.now() + WAIT_MS };
    const queue = queues.get(name);
    if (queue) {
      queue.push(waiting);
    } else {
      const begun = [waiting];
      queues.set(name, begun);
      void drain(name, begun);
    }
    return promise;
  };
}

/** Whether it may still begin; else its caller learns that it comes too late. */
export function isInTime({ deadline, reject }: Pick<Queued<never, never>, 'deadline' | 'reject'>) {
  if (performance.now() <= deadline) return true;
  reject(
    new DomainError('unavailable', 'Other changes took too long. Nothing changed; try again.'),
  );
  return false;
}
