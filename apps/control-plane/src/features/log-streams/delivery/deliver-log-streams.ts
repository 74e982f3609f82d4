import type { Services } from '../../../context.ts';
import {
  type Delivery,
  deliverOnce,
  leasedDelivery,
  type RunLimits,
  runDelivery,
} from '../../../delivery/index.ts';
import type { RequestLimits } from '../../../outgoing/index.ts';
import { openStream } from '../destinations/index.ts';
import { type ClaimedStream, claimStreams } from './claim-streams.ts';
import { type Plan, planBatch } from './plan-batch.ts';
import { beginBatch, recordBatch, release, skipPruned } from './record-batch.ts';
import { reportStream } from './report-stream.ts';
import { type SentBatch, sendBatch, TIMEOUT_MS } from './send-batch.ts';

interface Limits extends RunLimits {
  readonly timeoutMs: number;
}

/**
 * Sends what the logs have to the streams that are due, each in order and one batch at a time, until its time is over or
 * the process stops; at once where no stream is enabled. Any number of processes may run it.
 */
export async function deliverLogStreams(
  services: Services,
  stopping: AbortSignal,
  { timeoutMs = TIMEOUT_MS, ...limits }: Partial<Limits> = {},
): Promise<{ readonly batches: number }> {
  const delivery = createStreamDelivery(services, timeoutMs);
  return { batches: await runDelivery(delivery, stopping, limits) };
}

/** Sends one batch of each stream that is due now. */
export function deliverStreamsDue(services: Services, timeoutMs = TIMEOUT_MS): Promise<number> {
  return deliverOnce(createStreamDelivery(services, timeoutMs));
}

function createStreamDelivery(
  services: Services,
  timeoutMs: number,
): Delivery<ClaimedStream, Outcome> {
  return leasedDelivery(services, {
    table: 'log_stream',
    claim: (countMax, underWay) => claimStreams(services, countMax, underWay),
    send: (claimed, cut) => sendNext(services, claimed, { timeoutMs, cut }),
    record: (claimed, outcome) => record(services, claimed, outcome),
    release: (row, until) => release(services, row, until),
  });
}

type SentPlan = Extract<Plan, { kind: 'batch' }> & { readonly sent: SentBatch };
type Outcome =
  | Exclude<Plan, { kind: 'batch' }>
  | SentPlan
  /** Another process has it, or somebody changed it. */
  | { readonly kind: 'lost' };

async function sendNext(
  services: Services,
  { row, logEnd }: ClaimedStream,
  limits: RequestLimits,
): Promise<Outcome> {
  const stream = openStream(services, row);
  const plan = await planBatch(services, stream, logEnd);
  if (plan.kind !== 'batch') return plan;
  if (!(await beginBatch(services, row, plan.batch))) return { kind: 'lost' };
  return { ...plan, sent: await sendBatch(services, stream, plan.batch, limits) };
}

async function record(services: Services, { row }: ClaimedStream, outcome: Outcome): Promise<void> {
  switch (outcome.kind) {
    case 'lost':
      return;
    case 'wait':
      return release(services, row, outcome.until);
    case 'pruned': {
      const { through, prunedCount } = outcome;
      const next = await skipPruned(services, row, through, prunedCount);
      if (next) await reportStream(services, next);
      return;
    }
    case 'batch': {
      const { batch, sent, prunedCount } = outcome;
      const next = await recordBatch(services, row, batch, sent, prunedCount);
      if (next) await reportStream(services, next);
    }
  }
}
