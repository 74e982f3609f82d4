import type { AuditAction } from '@tollkeeper/contract';
import type { Origin, Services } from '../context.ts';
import type { Transaction } from '../db/connect.ts';
import { runOptimistically } from '../db/optimistic.ts';
import { awaitAtCommit, readFirst, unawaitedOf } from '../db/transaction.ts';
import type { ChangeFeed } from '../replication/change-feed.ts';
import { append } from './append.ts';
import {
  type AuditActor,
  type AuditEntry,
  type ChainEnd,
  findChainEnd,
  lockChainEnd,
} from './audit.ts';
import type { Change } from './change.ts';
import type { Caller } from './waiting-line.ts';
import type { Replayed, Written } from './written.ts';

export interface Source {
  readonly organizationId: string;
  readonly actor: AuditActor;
  readonly action: AuditAction;
  readonly origin: Origin;
  /** Who waits for a turn, where that is not the actor. */
  readonly caller?: Caller;
}

export type WriteServices = Pick<Services, 'db' | 'clock' | 'randomBytes'> & {
  /** Not there in the operator's commands, which send nothing. */
  readonly outbox?: Services['outbox'];
  readonly changeFeed: Pick<ChangeFeed, 'waitUntilApplied'> &
    Partial<Pick<ChangeFeed, 'readAfterCommit'>>;
};

/** One change, which may share its transaction with others. */
export interface Work {
  readonly services: WriteServices;
  readonly source: Source;
  readonly fn: (tx: Transaction) => Promise<Written<unknown> | Replayed<unknown>>;
  readonly optimistic: boolean;
}

export interface Committed {
  readonly result: unknown;
  /** Resolves when every process has applied the change. */
  readonly settled: Promise<void>;
}

/** A transaction that has had its lock for longer begins no further change, in milliseconds. */
const SHARED_MS = 250;

/** The chain of an organization begins with its first change, which takes a round trip more. */
class NoChain extends Error {}

/**
 * In as few round trips as the work itself takes: BEGIN and the lock go with its first statements,
 * and COMMIT with all that it need not wait for.
 * @param work of one organization, in one process
 */
export async function transact(
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
    read = services.changeFeed.readAfterCommit?.(tx);
  };
  const { results, lastChange } =
    (await tryOptimistically(work, progress, readOn)) ??
    (await readFirst(services.db, goOn, readOn).catch((error) => {
      if (!(error instanceof NoChain)) throw error;
      return services.db.transaction(beginChain);
    }));
  const settled = lastChange.then((id) => services.changeFeed.waitUntilApplied(id, read));
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
  const [{ services }] = work as [Work];
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
    const { result, changes: own, furtherEvents = [], outbox = [], ...details } = written;
    for (const message of outbox) {
      if (!services.outbox) throw new Error(`No outbox takes "${message.topic}"`);
      await services.outbox.add(message, tx);
    }
    results.push(result);
    for (const event of [details, ...furtherEvents]) events.push({ ...each.source, ...event });
    for (const change of own) changes.push(change);
  }
  const end = await ending;
  if (!end) throw new NoChain();
  progress.step = 'append';
  const { lastChange } = await append(tx, services, end, events, changes);
  awaitAtCommit(tx, lastChange);
  noteFailures(tx, progress, noted);
  progress.step = 'commit';
  return { results, lastChange };
}

/** What a transaction is doing: it runs the change at that place of the batch, or what all share. */
type Step = 'lock' | number | 'append' | 'commit';

export interface Progress {
  step: Step;
  /** Where the first statement failed, which may be one that nobody waited for in its step. */
  failedAt?: Step;
}

/**
 * Of what the step has sent without waiting for it.
 * @param from how many were noted in earlier steps
 * @returns how many are noted now
 */
function noteFailures(tx: Transaction, progress: Progress, from: number): number {
  const { step } = progress;
  const sent = unawaitedOf(tx);
  for (const statement of sent.slice(from)) {
    statement.catch(() => {
      progress.failedAt ??= step;
    });
  }
  return sent.length;
}
