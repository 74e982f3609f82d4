import { randomUUID } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import type { Transaction } from '../db/connect.ts';
import { organization, transparencyLog } from '../db/schema/index.ts';
import { commit, type Source } from '../write/write.ts';
import type { LogServices } from './log-identity.ts';

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
  const source: Source = {
    organizationId,
    actor: { type: 'system', job: 'integrate-audit-logs' },
    action: problem ? 'audit_log.integration_stopped' : 'audit_log.integration_resumed',
    origin: { requestId: `req_${randomUUID()}`, ip: null, userAgent: null },
  };
  await commit<void>(services, source, async (tx) => {
    const [owner] = await tx
      .select({ name: organization.name })
      .from(organization)
      .where(eq(organization.id, organizationId));
    const isChanged = await storeProblem(tx, organizationId, problem);
    if (!owner || !isChanged) return { replayed: undefined };
    return {
      result: undefined,
      target: { type: 'organization', id: organizationId, name: owner.name },
      before: { problem: state.problem },
      after: { problem },
      changes: [],
    };
  }).catch(async (error: unknown) => {
    // The end of the chain may be what was changed: then no event continues it.
    log.error({ err: error, organizationId }, 'audit log: its problem could not be recorded in it');
    await db.transaction((tx) => storeProblem(tx, organizationId, problem));
  });
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
