import { asc, eq, isNull, lt, or } from 'drizzle-orm';
import type { Services } from '../context.ts';
import type { Database } from '../db/connect.ts';
import { isStatementTimeout, isUnavailable } from '../db/database-errors.ts';
import { runningCascade } from '../db/schema/index.ts';
import { DomainError } from '../domain-error.ts';
import { resumeCascade } from '../features/api-keys/index.ts';

/** How long a cascade waits that cannot go on, in milliseconds: what holds it up may be purged hourly. */
const STUCK_MS = 3_600_000;

/** Goes on with cascades that were interrupted; one that another process is about is left to it. */
export async function resumeCascades(services: Services): Promise<{ readonly finished: number }> {
  const stuckBefore = new Date(services.clock().getTime() - STUCK_MS);
  const rows = await services.db
    .select({ organizationId: runningCascade.organizationId, id: runningCascade.id })
    .from(runningCascade)
    .where(or(isNull(runningCascade.stuckAt), lt(runningCascade.stuckAt, stuckBefore)))
    .orderBy(asc(runningCascade.createdAt));
  const resume = async (row: (typeof rows)[number]): Promise<boolean> => {
    try {
      const outcome = await resumeCascade(services, row);
      return typeof outcome === 'object' && outcome.isComplete;
    } catch (error) {
      // The others are not held up by it.
      await noteInterruption(services, row.id, error);
      return false;
    }
  };
  // Those of an organization wait for each other, and for none of another.
  const outcomes = await Promise.all(rows.map(resume));
  return { finished: outcomes.filter((isFinished) => isFinished).length };
}

/** What took too long once will do so again: trying it every minute would load the database for nothing. */
async function noteInterruption(services: Services, id: string, error: unknown): Promise<void> {
  const context = { err: error, cascadeId: id };
  if (isPassing(error)) {
    services.log.warn(context, 'cascade interrupted: the job tries again');
    return;
  }
  services.log.error(context, 'cascade stuck: the job tries again in an hour');
  const stuckAt = services.clock();
  await services.db.update(runningCascade).set({ stuckAt }).where(eq(runningCascade.id, id));
}

/** Whether it says that others came first, or that the database is away, and nothing about the cascade. */
function isPassing(error: unknown): boolean {
  if (error instanceof DomainError) return ['rate_limited', 'unavailable'].includes(error.code);
  return isUnavailable(error) && !isStatementTimeout(error);
}

export async function isAnyCascadeRunning(db: Database): Promise<boolean> {
  return (await db.select({ id: runningCascade.id }).from(runningCascade).limit(1)).length > 0;
}
