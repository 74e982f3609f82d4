import type { Database, Transaction } from '../db/connect.ts';
import { runOptimistically } from '../db/optimistic.ts';
import { awaitAtCommit, readFirst } from '../db/transaction.ts';
import { appendChanges } from './append-changes.ts';
import {
  type AuditActor,
  type AuditEntry,
  type AuditTarget,
  appendAuditEvents,
  type ChainEnd,
  EVENTS_INSERTED_MAX,
  type Facts,
  findChainEnd,
  lockChainEnd,
} from './audit.ts';
import { type BatchQueue, createBatchQueue, type Queued } from './batch-queue.ts';
import { callerOf } from './caller.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Change } from './change.ts';
import type { Origin, Services } from './context.ts';
import {
  isLockTimeout,
  isRetryable,
  isRolledBack,
  isStatementTimeout,
  isUnavailable,
} from './database-errors.ts';
import type { Follower } from './follower.ts';
import { noteFailures, type Progress } from './progress.ts';

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
  readonly follower: Pick<Follower, 'settle'> & Partial<Pick<Follower, 'readAfterCommit'>>;
};

const ATTEMPTS_MAX = 5;
/** A transaction that has had its lock for longer begins no further change, in milliseconds. */
const SHARED_MS = 250;

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
    callerOf(source.actor),
    work,
  );
  await settled;
  return result as T;
}

interface Work {
  readonly services: WriteServices;
  readonly source: Source;
  readonly fn: (tx: Transaction) => Promise<Written<unknown> | Replayed<unknown>>;
  readonly optimistic: boolean;
}

interface Committed {
  readonly result: unknown;
  /** Resolves when every process has applied the change. */
  readonly settled: Promise<void>;
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

/** The chain of an organization begins with its first change, which takes a round trip more. */
class NoChain extends Error {}

/**
 * In as few round trips as the work itself takes: BEGIN and the lock go with its first statements,
 * and COMMIT with all that it need not wait for.
 * @param work of one organization, in one process
 */
async function transact(
  work: readonly Work[],
  progress: Progress = { step: 'lock' },
): Promise<Committed[]> {
  const [{ services, source }] = work as [Work];
  const { organizationId } = source;
  const goOn = (tx: Transaction) => run(tx, work, findChainEnd(tx, organizationId), progress);
  const beginChain = async (tx: Transaction) => {
    const end = await lockChainEnd(tx, organizationId);
    return run(tx, work, Promise.resolve(end), progress);
  };
  let read: Promise<void> | undefined;
  const readOn = (tx: Transaction) => {
    read = services.follower.readAfterCommit?.(tx);
  };
  const { results, lastChange } =
    (await tryOptimistically(work, progress, readOn)) ??
    (await readFirst(services.db, goOn, readOn).catch((error) => {
      if (!(error instanceof NoChain)) throw error;
      return services.db.transaction(beginChain);
    }));
  const settled = lastChange.then((id) => services.follower.settle(id, read));
  return results.map((result) => ({ result, settled }));
}

/**
 * In one round trip, where every change of the batch allows that and nothing has changed that they
 * depend on.
 * @returns undefined where nothing was changed, and an ordinary transaction has to do the work
 */
async function tryOptimistically(
  work: readonly Work[],
  progress: Progress,
  readOn: (tx: Transaction) => void,
) {
  if (!work.every(({ optimistic }) => optimistic)) return undefined;
  const [{ services, source }] = work as [Work];
  const attempt: Progress = { step: 'lock' };
  const outcome = await runOptimistically(
    services.db,
    (tx) => run(tx, work, findChainEnd(tx, source.organizationId), attempt),
    readOn,
  );
  if (outcome.kind === 'committed') return outcome.result;
  // A lock that was not granted in time holds up only one of them: which one, an ordinary one finds.
  if (outcome.kind === 'unforeseen' || (outcome.inRead && work.length > 1)) return undefined;
  if (!outcome.inRead) Object.assign(progress, attempt);
  throw outcome.error;
}

/**
 * @param ending the end of the chain, which the first statement of the transaction locks
 * @returns the results of those that ran, which may be fewer; the rest must wait for another turn
 */
async function run(
  tx: Transaction,
  work: readonly Work[],
  ending: Promise<ChainEnd | undefined>,
  progress: Progress,
) {
  const [{ services, source }] = work as [Work];
  awaitAtCommit(tx, ending);
  let noted = noteFailures(tx, progress, 0);
  const results: unknown[] = [];
  const events: AuditEntry[] = [];
  const changes: Change[] = [];
  let begunAt = Number.POSITIVE_INFINITY;
  const noteBeginning = () => {
    begunAt = performance.now();
  };
  ending.then(noteBeginning, noteBeginning);
  for (const [at, each] of work.entries()) {
    if (at > 0 && performance.now() - begunAt > SHARED_MS) break;
    progress.step = at;
    const written = await each.fn(tx);
    noted = noteFailures(tx, progress, noted);
    if ('replayed' in written) {
      results.push(written.replayed);
      continue;
    }
    const { result, changes: own, furtherEvents = [], ...details } = written;
    results.push(result);
    for (const event of [details, ...furtherEvents]) events.push({ ...each.source, ...event });
    for (const change of own) changes.push(change);
  }
  const end = await ending;
  if (!end) throw new NoChain();
  progress.step = 'append';
  const appended = appendAuditEvents(tx, services, end, events);
  awaitAtCommit(tx, appended);
  // What it sends later would come after COMMIT.
  if (events.length > EVENTS_INSERTED_MAX) await appended;
  const lastChange = appendChanges(tx, source.organizationId, changes);
  awaitAtCommit(tx, lastChange);
  noteFailures(tx, progress, noted);
  progress.step = 'commit';
  return { results, lastChange };
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
