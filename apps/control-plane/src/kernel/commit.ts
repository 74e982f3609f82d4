import type { Database, Transaction } from '../db/connect.ts';
import { appendChanges } from './append-changes.ts';
import {
  type AuditActor,
  type AuditEntry,
  type AuditTarget,
  appendAuditEvents,
  type Facts,
  lockChainEnd,
} from './audit.ts';
import { createBatchQueue, isInTime, type Queued } from './batch-queue.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Change } from './change.ts';
import type { Origin, Services } from './context.ts';
import {
  isLockTimeout,
  isRetryable,
  isStatementTimeout,
  isUnavailable,
} from './database-errors.ts';

/** What a verb did to one thing, for the log. */
interface EventDetails {
  readonly target: AuditTarget;
  readonly before: Facts | null;
  readonly after: Facts | null;
}

/** A further event of the same change, under an action of its own. */
export interface FurtherEvent extends EventDetails {
  readonly action: string;
}

/** What a verb did, for the log and for everyone who decides. */
export interface Written<T> extends EventDetails {
  readonly result: T;
  /** Events that follow in the log, in this order. */
  readonly furtherEvents?: readonly FurtherEvent[];
  readonly changes: readonly Change[];
}

/** The answer of an earlier, equal request: nothing is changed and nothing logged. */
export interface Replayed<T> {
  readonly replayed: T;
}

/**
 * An edit that leaves everything as it was is none: it writes no event and raises no version. To
 * be used only where `before` and `after` hold all that the verb can change.
 */
export function unlessUnchanged<T>(written: Written<T>): Written<T> | Replayed<T> {
  return isSame(written.before, written.after) ? { replayed: written.result } : written;
}

export function isSame(before: unknown, after: unknown): boolean {
  return canonicalJson(before) === canonicalJson(after);
}

export interface Source {
  readonly organizationId: string;
  readonly actor: AuditActor;
  readonly action: string;
  readonly origin: Origin;
}

export type WriteServices = Pick<Services, 'db' | 'clock' | 'randomBytes'> & {
  readonly follower: Pick<Services['follower'], 'settle'>;
};

const ATTEMPTS_MAX = 5;

/** The transaction of `write`, for callers without a credential: set-up, the operator, jobs. */
export async function commit<T>(
  services: WriteServices,
  source: Source,
  fn: (tx: Transaction) => Promise<Written<T> | Replayed<T>>,
): Promise<T> {
  const { result, settled } = await queueOf(services.db)(source.organizationId, {
    services,
    source,
    fn,
  });
  await settled;
  return result as T;
}

interface Work {
  readonly services: WriteServices;
  readonly source: Source;
  readonly fn: (tx: Transaction) => Promise<Written<unknown> | Replayed<unknown>>;
}

interface Committed {
  readonly result: unknown;
  /** Resolves when every process has applied the change. */
  readonly settled: Promise<void>;
}

type Batch = readonly Queued<Work, Committed>[];

const queues = new WeakMap<Database, ReturnType<typeof createBatchQueue<Work, Committed>>>();

function queueOf(db: Database) {
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
 */
async function runBatch(batch: Batch): Promise<void> {
  const left = batch.length > 1 ? await runTogether(batch) : batch;
  for (const each of left) {
    if (!isInTime(each)) continue;
    await retried(() => transact([each.work])).then(([committed]) => {
      if (committed) each.resolve(committed);
    }, each.reject);
  }
}

/** @returns those that must run by themselves, as all was rolled back because of one of them */
async function runTogether(batch: Batch): Promise<Batch> {
  let step = 'lock' as Step;
  try {
    const committed = await transact(
      batch.map(({ work }) => work),
      (begun) => {
        step = begun;
      },
    );
    for (const [at, each] of committed.entries()) batch[at]?.resolve(each);
    return [];
  } catch (error) {
    const failed = typeof step === 'number' ? batch[step] : undefined;
    if (failed && (isLockTimeout(error) || isStatementTimeout(error))) {
      // It has had its time, which the others must not wait for once more.
      failed.reject(error);
      return batch.filter((each) => each !== failed);
    }
    // Whether an interrupted commit took place is not known: nothing of it may run again.
    if (!isUnavailable(error) && (step !== 'commit' || isRetryable(error))) return batch;
    for (const { reject } of batch) reject(error);
    return [];
  }
}

/** What a transaction is doing: it runs the change at that place of the batch, or what all share. */
type Step = 'lock' | number | 'append' | 'commit';

/** @param work of one organization, in one process */
async function transact(
  work: readonly Work[],
  onStep: (step: Step) => void = () => undefined,
): Promise<Committed[]> {
  const [{ services, source }] = work as [Work];
  const { results, lastChange } = await services.db.transaction(async (tx) => {
    const end = await lockChainEnd(tx, source.organizationId);
    const results: unknown[] = [];
    const events: AuditEntry[] = [];
    const changes: Change[] = [];
    for (const [at, each] of work.entries()) {
      onStep(at);
      const written = await each.fn(tx);
      if ('replayed' in written) {
        results.push(written.replayed);
        continue;
      }
      const { result, changes: own, furtherEvents = [], ...details } = written;
      results.push(result);
      for (const event of [details, ...furtherEvents]) events.push({ ...each.source, ...event });
      for (const change of own) changes.push(change);
    }
    onStep('append');
    await appendAuditEvents(tx, services, end, events);
    const lastChange = await appendChanges(tx, source.organizationId, changes);
    onStep('commit');
    return { results, lastChange };
  });
  const settled = services.follower.settle(lastChange);
  return results.map((result) => ({ result, settled }));
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= ATTEMPTS_MAX || !isRetryable(error)) throw error;
    }
  }
}
