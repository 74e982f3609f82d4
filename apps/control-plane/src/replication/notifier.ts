import { sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';

/** Wakes the processes that follow the changes. */
export const CHANGE_CHANNEL = 'tollkeeper_change';
/** Wakes the writers that wait for a process. */
export const APPLIED_CHANNEL = 'tollkeeper_applied';

/** Notifies the other processes on the database. */
export interface Notifier {
  /** Returns at once. A notification that is lost does no harm: everyone polls as well. */
  notify(channel: string): void;
  /** Resolves when nothing is left to send. */
  flush(): Promise<void>;
}

/**
 * Sends notifications in statements of their own, after the transactions that they announce. A
 * transaction that notifies takes a lock on the whole database server until it has committed, and
 * every other one waits for its disk. What is asked for while a statement is under way goes with
 * the next one, once for each channel.
 * @param db whose commits wait for no disk
 * @param sender the payload, by which a process recognizes its own notifications
 */
export function createNotifier(db: Database, sender: string): Notifier {
  const pending = new Set<string>();
  let sending: Promise<void> | undefined;

  async function send(): Promise<void> {
    // Of one turn of the event loop, all go together.
    await Promise.resolve();
    while (pending.size > 0) {
      const channels = [...pending];
      pending.clear();
      const names = sql.param(channels);
      await db
        .execute(sql`select pg_notify(channel, ${sender}) from unnest(${names}::text[]) as channel`)
        .catch(() => undefined);
    }
    sending = undefined;
  }

  return {
    notify(channel) {
      pending.add(channel);
      sending ??= send();
    },
    flush: () => sending ?? Promise.resolve(),
  };
}
