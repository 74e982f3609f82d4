import { DomainError } from '../domain-error.ts';
import { type Caller, WaitingLine } from './waiting-line.ts';

/** Nobody waits longer for a change, in milliseconds; one that comes later would surprise. */
const WAIT_MS = 15_000;
/** The last of a batch waits for the work of all the others. */
const BATCH_MAX = 32;
/** Work that an owner may have in the line. */
const WAITING_MAX = 500;
/** An owner whose batch took longer shares the next one with nobody, in milliseconds. */
const SLOW_MS = 250;

/** A piece of work that waits, and how its caller learns what became of it. */
export interface Queued<Work, Result> {
  readonly work: Work;
  readonly caller: Caller;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  /** By `performance.now()`. */
  readonly deadline: number;
  /** Whether it shares no batch. */
  isAlone: boolean;
}

/** Something that runs while no batch of its name does. */
interface Exclusive {
  readonly run: () => Promise<void>;
  readonly caller: Caller;
  readonly reject: (error: unknown) => void;
  readonly deadline: number;
  readonly isAlone: true;
}

export interface BatchQueue<Work, Result> {
  /** @throws DomainError unavailable when its turn came too late; rate_limited */
  add(name: string, caller: Caller, work: Work): Promise<Result>;
  /**
   * Runs something that cannot share a batch, such as a transaction of its own, in its turn.
   * @param deadline by `performance.now()`, until which it may begin
   * @throws DomainError as `add`, and what `run` throws
   */
  runExclusively<T>(
    name: string,
    caller: Caller,
    run: () => Promise<T>,
    deadline?: number,
  ): Promise<T>;
  /** Whether what is added now runs at once. */
  isIdle(name: string): boolean;
}

/**
 * A queue for each name. What arrives while a batch runs is the next batch, so that one piece of
 * work waits for nothing and many share what a batch costs. Changes of one organization queue at its
 * audit chain anyway; queueing here, before they take a connection, leaves the connections to the
 * others. While the database stands still, only the first batch has to find that out. Callers take
 * turns: one with much or slow work delays the others by its next piece, not by all of it.
 * @param runBatch settles each piece of work, in order, and never rejects
 * @returns what it did not run, which waits for its next turn
 */
export function createBatchQueue<Work, Result>(
  runBatch: (batch: readonly Queued<Work, Result>[]) => Promise<readonly Queued<Work, Result>[]>,
): BatchQueue<Work, Result> {
  const lines = new Map<string, WaitingLine<Queued<Work, Result> | Exclusive>>();

  async function drain(name: string, line: WaitingLine<Queued<Work, Result> | Exclusive>) {
    const slowOwners = new Set<string>();
    for (;;) {
      const batch = takeBatch(line, slowOwners);
      if (batch.length === 0) break;
      const begunAt = performance.now();
      const left = await runAll(batch.filter(isInTime));
      const isSlow = performance.now() - begunAt > SLOW_MS;
      for (const { caller } of batch) {
        if (isSlow) slowOwners.add(caller.owner);
        else slowOwners.delete(caller.owner);
      }
      line.putBack(left);
    }
    lines.delete(name);
  }

  async function runAll(batch: readonly (Queued<Work, Result> | Exclusive)[]) {
    const [first] = batch;
    if (first && 'run' in first) await first.run();
    const queued = batch.filter((each) => 'work' in each);
    return queued.length > 0 ? runBatch(queued) : [];
  }

  function enter(name: string, entry: Queued<Work, Result> | Exclusive): void {
    const line = lines.get(name) ?? new WaitingLine();
    if (line.countOf(entry.caller.owner) >= WAITING_MAX) {
      entry.reject(tooMany());
      return;
    }
    line.add(entry);
    if (lines.has(name)) return;
    lines.set(name, line);
    void drain(name, line);
  }

  return {
    add(name, caller, work) {
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      const deadline = performance.now() + WAIT_MS;
      enter(name, { work, caller, resolve, reject, deadline, isAlone: false });
      return promise;
    },
    runExclusively<T>(
      name: string,
      caller: Caller,
      run: () => Promise<T>,
      deadline = performance.now() + WAIT_MS,
    ) {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const settle = () => run().then(resolve, reject);
      enter(name, { run: settle, caller, reject, deadline, isAlone: true });
      return promise;
    },
    isIdle: (name) => !lines.has(name),
  };
}

/** One piece of work of each caller in turn, until all that may share a batch are in it. */
function takeBatch<Entry extends { readonly caller: Caller; readonly isAlone: boolean }>(
  line: WaitingLine<Entry>,
  slowOwners: ReadonlySet<string>,
): Entry[] {
  const first = line.take(() => true);
  if (!first) return [];
  const batch = [first];
  if (first.isAlone) return batch;
  const { owner } = first.caller;
  const mayShare = slowOwners.has(owner)
    ? (each: Entry) => !each.isAlone && each.caller.owner === owner
    : (each: Entry) => !each.isAlone && !slowOwners.has(each.caller.owner);
  while (batch.length < BATCH_MAX) {
    const next = line.take(mayShare);
    if (!next) break;
    batch.push(next);
  }
  return batch;
}

/** Whether it may still begin; else its caller learns that it comes too late. */
function isInTime({ deadline, reject }: Pick<Queued<never, never>, 'deadline' | 'reject'>) {
  if (performance.now() <= deadline) return true;
  reject(
    new DomainError('unavailable', 'Other changes took too long. Nothing changed; try again.'),
  );
  return false;
}

function tooMany(): DomainError {
  return new DomainError(
    'rate_limited',
    `${WAITING_MAX} of your changes are waiting already. Send the next one once they are answered.`,
    { retryAfterS: 1 },
  );
}
