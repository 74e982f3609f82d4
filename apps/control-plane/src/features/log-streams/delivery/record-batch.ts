import { LOG_STREAM_ATTEMPTS_KEPT } from '@tollkeeper/contract';
import { and, eq, lte } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import type { Transaction } from '../../../db/connect.ts';
import { logStream, logStreamAttempt } from '../../../db/schema/index.ts';
import type { Batch, StreamRow } from '../destinations/index.ts';
import { isClaimed, isStream } from './claim-streams.ts';
import { nextAttemptAt } from './retry-delay.ts';
import type { SentBatch } from './send-batch.ts';

/** How long a batch waits for what has to go along with it. */
const NOT_READY_MS = 15_000;

/** Stores an attempt, and where the stream goes on. @returns the stream as it is then; undefined once it was deleted */
export async function recordBatch(
  { db }: Pick<Services, 'db'>,
  claimed: StreamRow,
  batch: Batch,
  sent: SentBatch,
  prunedCount: number,
): Promise<StreamRow | undefined> {
  if (sent.result.kind === 'not_ready') {
    await release({ db }, claimed, new Date(sent.at.getTime() + NOT_READY_MS));
    return undefined;
  }
  return db.transaction(async (tx) => {
    const [stored] = await tx.select().from(logStream).where(isStream(claimed)).for('update');
    if (!stored) return undefined;
    const number = stored.attemptsCount + 1;
    const next = { attemptsCount: number, ...nextState(stored, claimed, batch, sent, prunedCount) };
    await tx.update(logStream).set(next).where(isStream(claimed));
    await storeAttempt(tx, stored, number, batch, sent);
    return { ...stored, ...next };
  });
}

/** Once its lease has ended, what came of it is an attempt, and nothing more: another process sends it. */
function nextState(
  stored: StreamRow,
  claimed: StreamRow,
  batch: Batch,
  { result, at, retryAfter }: SentBatch,
  prunedCount: number,
): Partial<StreamRow> {
  const isOurs = stored.claimedUntil?.getTime() === claimed.claimedUntil?.getTime();
  if (!isOurs || result.kind === 'not_ready') return {};
  if (result.kind === 'taken') {
    return {
      ...{ claimedUntil: null, batchTo: null, nextAttemptAt: at, triesCount: 0 },
      ...{ failingSince: null, lastProblem: null, lastDeliveredAt: at },
      sequence: batch.lastSequence,
      prunedCount: stored.prunedCount + prunedCount,
      rejectedCount: stored.rejectedCount + result.rejectedCount,
    };
  }
  const { problem } = result;
  if (result.kind === 'too_large' && batch.records.length > 1) {
    const batchEventsMax = Math.floor(batch.records.length / 2);
    return { claimedUntil: null, batchTo: null, nextAttemptAt: at, batchEventsMax };
  }
  const triesCount = stored.triesCount + 1;
  // Somebody edited or resumed it while the request was under way.
  const isAsked = stored.nextAttemptAt.getTime() !== claimed.nextAttemptAt.getTime();
  return {
    ...{ claimedUntil: null, triesCount, lastProblem: problem },
    failingSince: stored.failingSince ?? at,
    nextAttemptAt: isAsked
      ? stored.nextAttemptAt
      : nextAttemptAt(triesCount, retryAfter, at, Math.random()),
  };
}

async function storeAttempt(
  tx: Transaction,
  { organizationId, id: streamId }: StreamRow,
  number: number,
  { firstSequence, lastSequence, records, bytes }: Batch,
  { result, at, durationMs, status, responseBody }: SentBatch,
): Promise<void> {
  await tx.insert(logStreamAttempt).values({
    ...{ organizationId, streamId, number, at, durationMs, firstSequence, lastSequence },
    ...{ eventsCount: records.length, bytes, status, responseBody },
    problem: 'problem' in result ? result.problem : null,
    note: result.kind === 'taken' ? result.note : null,
  });
  await tx
    .delete(logStreamAttempt)
    .where(
      and(
        eq(logStreamAttempt.organizationId, organizationId),
        eq(logStreamAttempt.streamId, streamId),
        lte(logStreamAttempt.number, number - LOG_STREAM_ATTEMPTS_KEPT),
      ),
    );
}

/** Events that the log has no more: the stream goes on after them, and says how many they were. */
export async function skipPruned(
  { db }: Pick<Services, 'db'>,
  claimed: StreamRow,
  through: number,
  count: number,
): Promise<StreamRow | undefined> {
  const [row] = await db
    .update(logStream)
    .set({
      ...{ claimedUntil: null, batchTo: null, sequence: through },
      prunedCount: claimed.prunedCount + count,
    })
    .where(isClaimed(claimed))
    .returning();
  return row;
}

/** Leaves the stream until then. */
export async function release(
  { db }: Pick<Services, 'db'>,
  claimed: StreamRow,
  until: Date,
): Promise<void> {
  const set = { claimedUntil: null, nextAttemptAt: until };
  await db.update(logStream).set(set).where(isClaimed(claimed));
}

/**
 * Settles where a batch ends before it is sent, so that one that is sent again has the same bytes.
 * @returns false once another process has the stream
 */
export async function beginBatch(
  { db }: Pick<Services, 'db'>,
  claimed: StreamRow,
  { lastSequence }: Batch,
): Promise<boolean> {
  if (claimed.batchTo === lastSequence) return true;
  const { rowCount } = await db
    .update(logStream)
    .set({ batchTo: lastSequence })
    .where(isClaimed(claimed));
  return rowCount === 1;
}
