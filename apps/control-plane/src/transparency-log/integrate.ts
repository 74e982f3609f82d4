import { NoteError } from '@tollkeeper/transparency-log';
import { sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { runForEach } from '../run-for-each.ts';
import { type IntegratedBatch, integrateBatch } from './integrate-batch.ts';
import { IntegrityError } from './integrity-error.ts';
import type { LogServices } from './log-identity.ts';
import { publishCheckpoint } from './publish-checkpoint.ts';
import { recordProblem } from './record-problem.ts';

/** Events in memory at a time. */
const BATCH_EVENTS = 1000;

/** Makes leaves of the events that are not in their organization's tree yet, and signs checkpoints. */
export async function integrateAuditLogs(
  services: LogServices,
): Promise<{ readonly integrated: number }> {
  let integrated = 0;
  const due = await findDue(services.db);
  await runForEach(services.log, due, ofOrganization, async (organizationId) => {
    integrated += await integrateAuditLog(services, organizationId);
  });
  return { integrated };
}

const ofOrganization = (organizationId: string) => ({ organizationId });

/** @returns how many events of the organization became leaves */
export async function integrateAuditLog(
  services: LogServices,
  organizationId: string,
  batchEvents = BATCH_EVENTS,
): Promise<number> {
  let integrated = 0;
  let last: IntegratedBatch | undefined;
  do {
    last = await integrateNext(services, organizationId, batchEvents);
    integrated += last?.count ?? 0;
  } while (last && !last.isLast);
  if (!last) return integrated;
  await recordProblem(services, organizationId, last.problem);
  if (last.checkpoint && integrated > 0) {
    await publishCheckpoint(services, organizationId, last.checkpoint);
  }
  return integrated;
}

async function integrateNext(
  services: LogServices,
  organizationId: string,
  batchEvents: number,
): Promise<IntegratedBatch | undefined> {
  try {
    return await services.db.transaction((tx) =>
      integrateBatch(tx, services, organizationId, batchEvents),
    );
  } catch (error) {
    if (!(error instanceof IntegrityError || error instanceof NoteError)) throw error;
    return { count: 0, checkpoint: null, problem: error.message, isLast: true };
  }
}

/** Organizations whose tree does not end where their chain does, whichever is ahead. */
async function findDue(db: Database): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    select coalesce(chain.organization_id, log.organization_id) as id
    from audit_chain as chain full join transparency_log as log
      on log.organization_id = chain.organization_id
    where coalesce(chain.sequence, 0) <> coalesce(log.size, 0)
      or (log.size > 0 and chain.hash is distinct from log.chain_hash)
      or log.problem is not null
    order by 1`);
  return rows.map(({ id }) => id);
}
