import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import type { Database } from '../../../db/connect.ts';
import { openStream, type StreamRow } from '../destinations/index.ts';
import { type ClaimedStream, claimStreams } from './claim-streams.ts';
import { planBatch } from './plan-batch.ts';
import { beginBatch, recordBatch, release, skipPruned } from './record-batch.ts';
import { reportStream } from './report-stream.ts';
import { sendBatch, TIMEOUT_MS } from './send-batch.ts';

/** Batches of this process under way at a time: one of each stream. */
const AT_ONCE_MAX = 50;
/** A run begins a new minute before it ends, so that the next one, which that minute queues, follows at once. */
const RUN_MS = 62_000;
/** Between two looks at the database: while there is nothing to do, and while there is. */
const IDLE_MS = 1000;
const BUSY_MS = 20;
/** How long a stream rests after a fault of this server. */
const FAULT_MS = 60_000;

interface Limits {
  readonly runMs: number;
  readonly timeoutMs: number;
}

/**
 * Sends what the logs have to the streams that are due, each in order and one batch at a time, until its time is over or
 * the process stops; at once where no stream is enabled. Any number of processes may run it.
 */
export async function deliverLogStreams(
  services: Services,
  stopping: AbortSignal,
  { runMs, timeoutMs }: Limits = { runMs: RUN_MS, timeoutMs: TIMEOUT_MS },
): Promise<{ readonly batches: number }> {
  const endsAt = performance.now() + runMs;
  const running = new Set<Promise<void>>();
  let batches = 0;
  do {
    const claimed = await claimStreams(services, AT_ONCE_MAX - running.size);
    for (const each of claimed) {
      const sending = deliver(services, each, timeoutMs, stopping).finally(() =>
        running.delete(sending),
      );
      running.add(sending);
    }
    batches += claimed.length;
    if (claimed.length === 0 && running.size === 0 && !(await isAnyEnabled(services.db))) break;
    await pause(claimed.length > 0 ? BUSY_MS : IDLE_MS, running, stopping);
  } while (!stopping.aborted && performance.now() < endsAt);
  await Promise.all(running);
  return { batches };
}

/** Sends one batch of each stream that is due now. */
export async function deliverStreamsDue(
  services: Services,
  timeoutMs = TIMEOUT_MS,
): Promise<number> {
  const claimed = await claimStreams(services, AT_ONCE_MAX);
  const never = new AbortController().signal;
  await Promise.all(claimed.map((each) => deliver(services, each, timeoutMs, never)));
  return claimed.length;
}

/** Never rejects: what could not be recorded is sent again once its lease has ended. */
async function deliver(
  services: Services,
  claimed: ClaimedStream,
  timeoutMs: number,
  stopping: AbortSignal,
): Promise<void> {
  const { organizationId, id: streamId } = claimed.row;
  try {
    const row = await deliverNext(services, claimed, timeoutMs, stopping);
    if (row && !stopping.aborted) await reportStream(services, row);
  } catch (error) {
    if (stopping.aborted) return;
    services.log.error({ err: error, organizationId, streamId }, 'log stream not delivered');
    const until = new Date(services.clock().getTime() + FAULT_MS);
    await release(services, claimed.row, until).catch(() => undefined);
  }
}

/** @returns the stream after it was sent a batch, or went on without one */
async function deliverNext(
  services: Services,
  { row, logEnd }: ClaimedStream,
  timeoutMs: number,
  stopping: AbortSignal,
): Promise<StreamRow | undefined> {
  const stream = openStream(services, row);
  const plan = await planBatch(services, stream, logEnd);
  switch (plan.kind) {
    case 'wait':
      await release(services, row, plan.until);
      return undefined;
    case 'pruned':
      return skipPruned(services, row, plan.through, plan.prunedCount);
    case 'batch': {
      if (!(await beginBatch(services, row, plan.batch))) return undefined;
      const sent = await sendBatch(services, stream, plan.batch, timeoutMs);
      // The database is being closed; the lease ends by itself.
      if (stopping.aborted) return undefined;
      return recordBatch(services, row, plan.batch, sent, plan.prunedCount);
    }
  }
}

/** Until that time has passed, or a batch has ended, but never for less than `BUSY_MS`. */
async function pause(
  ms: number,
  running: ReadonlySet<Promise<void>>,
  stopping: AbortSignal,
): Promise<void> {
  const woken = new AbortController();
  const signal = AbortSignal.any([stopping, woken.signal]);
  const wait = (waitMs: number) => delay(waitMs, undefined, { signal }).catch(() => undefined);
  await wait(BUSY_MS);
  if (ms > BUSY_MS) await Promise.race([...running, wait(ms - BUSY_MS)]);
  woken.abort();
}

async function isAnyEnabled(db: Database): Promise<boolean> {
  const { rows } = await db.execute<{ found: boolean }>(
    sql`select exists (select from log_stream where status = 'enabled') as found`,
  );
  return rows[0]?.found === true;
}
