import type { Database, Transaction } from '../db/connect.ts';
import {
  isLockTimeout,
  isRetryable,
  isRolledBack,
  isStatementTimeout,
  isUnavailable,
} from '../db/database-errors.ts';
import { type BatchQueue, createBatchQueue, type Queued } from './batch-queue.ts';
import {
  type Committed,
  type Progress,
  type Source,
  transact,
  type Work,
  type WriteServices,
} from './transact.ts';
import { callerOf } from './waiting-line.ts';
import type { Replayed, Written } from './written.ts';

const ATTEMPTS_MAX = 5;

/**
 * The transaction of `write`, for callers without a credential: set-up, the operator, jobs.
 * @param optimistic whether `fn` mostly does with locked reads and unawaited writes
 */
export async function commit<T>(
  services: WriteServices,
  source: Source,
  fn: (tx: Transaction) => Promise<Written<T> | Replayed<T>>,
  optimistic = false,
): Promise<T> {
  const work = { services, source, fn, optimistic };
  const { result, settled } = await queueOf(services.db).add(
    source.organizationId,
    source.caller ?? callerOf(source.actor),
    work,
  );
  await settled;
  return result as T;
}

type Batch = readonly Queued<Work, Committed>[];

const queues = new WeakMap<Database, BatchQueue<Work, Committed>>();

/** The queue in which the changes of each organization wait for the end of its audit chain. */
export function queueOf(db: Database): BatchQueue<Work, Committed> {
  let queue = queues.get(db);
  if (!queue) {
    queue = createBatchQueue(runBatch);
    queues.set(db, queue);
  }
  return queue;
}

/**
 * Changes that waited together share a transaction, each with its own event, as if one had followed
 * the other. If one fails, nothing of it stands, and each runs by itself: it then fails or succeeds
 * as it would have without the others.
 * @returns those that did not run
 */
async function runBatch(batch: Batch): Promise<Batch> {
  const [first, second] = batch;
  if (second) return runTogether(batch);
  if (!first) return [];
  await retried(() => transact([first.work])).then(([committed]) => {
    if (committed) first.resolve(committed);
  }, first.reject);
  return [];
}

async function runTogether(batch: Batch): Promise<Batch> {
  const progress: Progress = { step: 'lock' };
  try {
    const committed = await transact(
      batch.map(({ work }) => work),
      progress,
    );
    for (const [at, each] of committed.entries()) batch[at]?.resolve(each);
    return batch.slice(committed.length);
  } catch (error) {
    const step = progress.failedAt ?? progress.step;
    const failed = typeof step === 'number' ? batch[step] : undefined;
    if (failed && (isLockTimeout(error) || isStatementTimeout(error))) {
      // It has had its time, which the others must not wait for once more.
      failed.reject(error);
      return alone(batch.filter((each) => each !== failed));
    }
    // Whether a commit that was sent took place is not known, whichever statement was the first to
    // stay without an answer: nothing of it may run again.
    const isKnown = progress.step !== 'commit' || isRolledBack(error);
    if (!isUnavailable(error) && isKnown) return alone(batch);
    for (const { reject } of batch) reject(error);
    return [];
  }
}

function alone(batch: Batch): Batch {
  for (const each of batch) each.isAlone = true;
  return batch;
}

/** Runs a transaction again after a deadlock, in which it did nothing. */
export async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= ATTEMPTS_MAX || !isRetryable(error)) throw error;
    }
  }
}
