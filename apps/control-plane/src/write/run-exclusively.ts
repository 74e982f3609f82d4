import type { Database } from '../db/connect.ts';
import type { BatchQueue } from './batch-queue.ts';
import { queueOf } from './commit.ts';
import type { Caller } from './waiting-line.ts';

/** How long the turns of several organizations may be waited for, in milliseconds. */
const WAIT_MS = 15_000;
/** How long one turn is held while the next is waited for, in milliseconds; twice as long each time. */
const HOLD_MS = 250;

/**
 * Runs a transaction of its own while no change of the organizations runs in this process, in the
 * caller's turn. Whatever locks an audit chain waits here first, where it holds no connection. Turns
 * are held in the order of ids, so that no two callers wait for each other. At first none is held while
 * another has to be waited for, so that a busy organization delays none that it shares a member with;
 * but where all are always busy, nobody would ever find them idle, so each attempt is more patient.
 * @throws DomainError unavailable, rate_limited, and what `run` throws
 */
export async function runExclusively<T>(
  db: Database,
  organizationIds: readonly string[],
  caller: Caller,
  run: () => Promise<T>,
): Promise<T> {
  const queue = queueOf(db);
  const deadline = performance.now() + WAIT_MS;
  const [first, ...others] = organizationIds.toSorted();
  if (first === undefined) return run();
  for (let holdMs = 0; ; holdMs = Math.max(HOLD_MS, 2 * holdMs)) {
    const hold = () => holdAll({ queue, caller, deadline, holdMs }, others, run);
    const outcome = await queue.runExclusively(first, caller, hold, deadline);
    if ('result' in outcome) return outcome.result;
    await queue.runExclusively(outcome.late, caller, async () => undefined, deadline);
  }
}

/** What became of an attempt: `late` names the organization whose turn did not come in time. */
type Outcome<T> = { readonly result: T } | { readonly late: string };

interface Attempt {
  readonly queue: Pick<BatchQueue<unknown, unknown>, 'isIdle' | 'runExclusively'>;
  readonly caller: Caller;
  readonly deadline: number;
  readonly holdMs: number;
}

async function holdAll<T>(
  attempt: Attempt,
  [id, ...others]: readonly string[],
  run: () => Promise<T>,
): Promise<Outcome<T>> {
  if (id === undefined) return { result: await run() };
  const { queue, caller, deadline, holdMs } = attempt;
  if (holdMs === 0 && !queue.isIdle(id)) return { late: id };
  const { promise, resolve, reject } = Promise.withResolvers<Outcome<T>>();
  let isLate = false;
  const giveUp = () => {
    isLate = true;
    resolve({ late: id });
  };
  const timer = holdMs === 0 ? undefined : setTimeout(giveUp, holdMs);
  const hold = async (): Promise<Outcome<T>> => {
    clearTimeout(timer);
    // Its turn comes after all, and nobody waits for it any more.
    return isLate ? { late: id } : holdAll(attempt, others, run);
  };
  queue.runExclusively(id, caller, hold, deadline).then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}
