import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { transparencyLog } from '../db/schema/index.ts';
import type { LogServices } from './log-identity.ts';
import { storeWithEvent } from './store-with-event.ts';

/**
 * Stores why integration stopped, or that it goes on, with an audit event for each. Logged by each run, and
 * shown to readers of the log, until it is no longer so.
 */
export async function recordProblem(
  services: LogServices,
  organizationId: string,
  problem: string | null,
): Promise<void> {
  const { db, log } = services;
  if (problem) {
    const context = { organizationId, problem };
    log.error(context, 'audit log: integration stopped, since the log was changed');
  }
  const [state] = await db
    .select({ problem: transparencyLog.problem })
    .from(transparencyLog)
    .where(eq(transparencyLog.organizationId, organizationId));
  if (!state || state.problem === problem) return;
  const change = {
    job: 'integrate-audit-logs',
    action: problem ? 'audit_log.integration_stopped' : 'audit_log.integration_resumed',
    before: state.problem,
    after: problem,
  } as const;
  const store = (tx: Transaction) => storeProblem(tx, organizationId, problem);
  await storeWithEvent(services, organizationId, change, store);
}

/** Answers whether it was another before. */
async function storeProblem(
  tx: Transaction,
  organizationId: string,
  problem: string | null,
): Promise<boolean> {
  const { rowCount } = await tx
    .update(transparencyLog)
    .set({ problem })
    .where(
      and(
        eq(transparencyLog.organizationId, organizationId),
        sql`${transparencyLog.problem} is distinct from ${problem}`,
      ),
    );
  return (rowCount ?? 0) > 0;
}
