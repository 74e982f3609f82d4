import type { AuditAction } from '@tollkeeper/contract';
import { logStream } from '../../../db/schema/index.ts';
import type { Facts } from '../../../write/audit.ts';
import { jobSource } from '../../../write/job-source.ts';
import { commit, type WriteServices } from '../../../write/write.ts';
import type { StreamRow } from '../destinations/index.ts';
import { streamTarget } from '../stream-view.ts';
import { isStream } from './claim-streams.ts';

/** The job that sends log streams, as its events name it. */
export const DELIVER_LOG_STREAMS = 'deliver-log-streams';

/** A failure that ends sooner is no event: log systems are restarted. */
const FAILING_MS = 5 * 60_000;
/** Losses are reported at most that often: each event is one more that a destination may reject. */
const LOSS_MS = 3_600_000;
const PROBLEM_CHARS = 200;

/** Writes an audit event where the stream has begun to fail, has recovered, or has lost events. */
export async function reportStream(services: WriteServices, row: StreamRow): Promise<void> {
  const now = services.clock();
  const { failingSince, failureReportedAt, reportedAt } = row;
  if (failingSince === null && failureReportedAt !== null) await reportRecovery(services, row);
  if (failingSince && !failureReportedAt && since(failingSince, now) >= FAILING_MS) {
    await reportFailure(services, row, now);
  }
  const isLost = lostCount(row) > row.reportedCount;
  if (isLost && (!reportedAt || since(reportedAt, now) >= LOSS_MS)) {
    await reportLoss(services, row, now);
  }
}

function since(at: Date, now: Date): number {
  return now.getTime() - at.getTime();
}

function lostCount({ prunedCount, rejectedCount }: StreamRow): number {
  return prunedCount + rejectedCount;
}

function reportFailure(services: WriteServices, stream: StreamRow, now: Date): Promise<void> {
  return report(services, stream, 'log_stream.fail', (row) =>
    row.failingSince === null || row.failureReportedAt !== null
      ? undefined
      : {
          set: { failureReportedAt: now },
          after: {
            failingSince: row.failingSince.toISOString(),
            problem: row.lastProblem?.slice(0, PROBLEM_CHARS) ?? null,
          },
        },
  );
}

function reportRecovery(services: WriteServices, stream: StreamRow): Promise<void> {
  return report(services, stream, 'log_stream.recover', (row) =>
    row.failingSince !== null || row.failureReportedAt === null
      ? undefined
      : { set: { failureReportedAt: null }, after: { sequence: row.sequence } },
  );
}

function reportLoss(services: WriteServices, stream: StreamRow, now: Date): Promise<void> {
  return report(services, stream, 'log_stream.skip', (row) => {
    const { prunedCount, rejectedCount, reportedCount } = row;
    const count = lostCount(row) - reportedCount;
    if (count <= 0) return undefined;
    return {
      set: { reportedCount: lostCount(row), reportedAt: now },
      after: { eventsCount: count, prunedCount, rejectedCount, sequence: row.sequence },
    };
  });
}

interface Report {
  readonly set: Partial<StreamRow>;
  readonly after: Facts;
}

/** Under the lock of the stream, so that of several processes one reports. */
function report(
  services: WriteServices,
  { organizationId, id }: StreamRow,
  action: AuditAction,
  reportOf: (row: StreamRow) => Report | undefined,
): Promise<void> {
  const isThis = isStream({ organizationId, id });
  const source = jobSource(organizationId, DELIVER_LOG_STREAMS, action);
  return commit<void>(services, source, async (tx) => {
    const [row] = await tx.select().from(logStream).where(isThis).for('update');
    const found = row && reportOf(row);
    if (!found) return { replayed: undefined };
    await tx.update(logStream).set(found.set).where(isThis);
    return {
      result: undefined,
      target: streamTarget(row),
      before: null,
      after: found.after,
      changes: [],
    };
  });
}
