/** Makes a race deterministic: a request meets a transaction that is not committed yet. */
import pg from 'pg';
import { vi } from 'vitest';

/**
 * Sends the request while another connection has run `hold` in a transaction, and commits that once
 * the request waits for one of its locks. A request that waits for nothing is answered before, and
 * shows by its answer that it read what was about to be replaced.
 * @param meanwhile runs before the commit, while the request waits
 */
export async function whileHeld<T>(
  database: pg.ClientConfig,
  hold: (holder: pg.Client) => Promise<unknown>,
  send: () => Promise<T>,
  meanwhile: (holder: pg.Client) => Promise<unknown> = async () => undefined,
): Promise<T> {
  const [holder, observer] = [new pg.Client(database), new pg.Client(database)];
  await Promise.all([holder.connect(), observer.connect()]);
  try {
    const pid = (await holder.query('select pg_backend_pid() as pid')).rows[0].pid;
    await holder.query('begin');
    await hold(holder);
    let isAnswered = false;
    const answer = send().finally(() => {
      isAnswered = true;
    });
    const waiting = 'select 1 from pg_stat_activity where $1 = any (pg_blocking_pids(pid))';
    const isWaiting = async () => ((await observer.query(waiting, [pid])).rowCount ?? 0) > 0;
    await vi.waitUntil(async () => isAnswered || (await isWaiting()), { interval: 5 });
    await meanwhile(holder);
    await holder.query('commit');
    return await answer;
  } finally {
    await Promise.all([holder.end(), observer.end()]);
  }
}
