import type { PgBoss, Queue, QueueResult } from 'pg-boss';

export interface StoredQueue {
  readonly name: string;
  /** When a message is sent to it, in UTC. */
  readonly cron?: string;
  /** Of a new queue; one that exists keeps those that it has. */
  readonly options?: Omit<Queue, 'name' | 'deadLetter'>;
  /** Where messages go that were given up; a queue that is stored before it. */
  readonly deadLetter?: string;
}

/**
 * Reads what the database has of the queues, and stores only what is missing: each of them would
 * otherwise take the database several statements at every start.
 */
export async function storeQueues(boss: PgBoss, queues: readonly StoredQueue[]): Promise<void> {
  const [existing, schedules] = await Promise.all([boss.getQueues(), boss.getSchedules()]);
  const byName = new Map(existing.map((queue) => [queue.name, queue]));
  const crons = new Map(schedules.map(({ name, cron }) => [name, cron]));
  for (const queue of queues) {
    await storeQueue(boss, queue, byName.get(queue.name));
    if (queue.cron && queue.cron !== crons.get(queue.name)) {
      await boss.schedule(queue.name, queue.cron);
    }
  }
}

async function storeQueue(
  boss: PgBoss,
  { name, options, deadLetter }: StoredQueue,
  stored: QueueResult | undefined,
): Promise<void> {
  if (!stored) await boss.createQueue(name, { ...options, ...(deadLetter ? { deadLetter } : {}) });
  else if (deadLetter && stored.deadLetter !== deadLetter) {
    await boss.updateQueue(name, { deadLetter });
  }
}
