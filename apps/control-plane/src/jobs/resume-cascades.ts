import { asc, isNull, lt, or } from 'drizzle-orm';
import type { Services } from '../context.ts';
import type { Database } from '../db/connect.ts';
import { runningCascade } from '../db/schema/index.ts';
import { resumeCascade } from '../features/api-keys/index.ts';

/** How long a cascade waits that found no way on, in milliseconds: what holds it up is purged hourly. */
const STUCK_MS = 3_600_000;

/** Goes on with cascades that were interrupted; one that another process is about is left to it. */
export async function resumeCascades(services: Services): Promise<{ readonly finished: number }> {
  const stuckBefore = new Date(services.clock().getTime() - STUCK_MS);
  const rows = await services.db
    .select({ id: runningCascade.id })
    .from(runningCascade)
    .where(or(isNull(runningCascade.stuckAt), lt(runningCascade.stuckAt, stuckBefore)))
    .orderBy(asc(runningCascade.createdAt));
  let finished = 0;
  for (const { id } of rows) {
    try {
      const outcome = await resumeCascade(services, id);
      if (typeof outcome === 'object' && outcome.isComplete) finished += 1;
    } catch (error) {
      // The others are not held up by it.
      services.log.warn({ err: error, cascadeId: id }, 'cascade interrupted: the job tries again');
    }
  }
  return { finished };
}

export async function isAnyCascadeRunning(db: Database): Promise<boolean> {
  return (await db.select({ id: runningCascade.id }).from(runningCascade).limit(1)).length > 0;
}
