import type { Database } from '../db/connect.ts';
import type { Caller } from './caller.ts';
import { queueOf } from './commit.ts';

/** How long the turns of several organizations may be waited for, in milliseconds. */
const WAIT_MS = 15_000;

/**
 * Runs a transaction of its own while no change of the organizations runs in this process, in the
 * caller's turn. Whatever locks an audit chain waits here first, where it holds no connection. The
 * turn of one organization is given back while that of another has to be waited for, so that a busy
 * organization delays none that it shares a member with.
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
  let [awaited] = organizationIds;
  while (awaited !== undefined) {
    const held: string = awaited;
    const others = organizationIds.filter((id) => id !== held);
    const outcome = await queue.runExclusively(
      held,
      caller,
      async () => {
        const busy = others.find((id) => !queue.isIdle(id));
        if (busy !== undefined) return { busy };
        // Nothing runs between the question and this: each is idle, so that all begin at once.
        const withAll = others.reduce<() => Promise<T>>(
          (inner, id) => () => queue.runExclusively(id, caller, inner),
          run,
        );
        return { result: await withAll() };
      },
      deadline,
    );
    if ('result' in outcome) return outcome.result;
    awaited = outcome.busy;
  }
  return run();
}
