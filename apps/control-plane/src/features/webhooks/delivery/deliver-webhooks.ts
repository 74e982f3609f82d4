import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import type { Database } from '../../../db/connect.ts';
import { type ClaimedDelivery, claimDeliveries } from './claim-deliveries.ts';
import { disableEndpoint } from './disable-endpoint.ts';
import { fanOutEvents } from './fan-out-events.ts';
import { recordAttempt } from './record-attempt.ts';
import { reportFailing } from './report-failing.ts';
import { sendDelivery, TIMEOUT_MS } from './send-delivery.ts';

/** Requests of this process under way at a time. */
const AT_ONCE_MAX = 200;
/** A run begins a new minute before it ends, so that the next one, which that minute queues, follows at once. */
const RUN_MS = 62_000;
/** Between two looks at the database: while there is nothing to do, and while there is. */
const IDLE_MS = 1000;
const BUSY_MS = 20;

interface Limits {
  readonly runMs: number;
  readonly timeoutMs: number;
}

/**
 * Stores deliveries for new events, and sends what is due, until its time is over or the process stops; at once
 * where no endpoint is enabled. Any number of processes may run it.
 */
export async function deliverWebhooks(
  services: Services,
  stopping: AbortSignal,
  { runMs, timeoutMs }: Limits = { runMs: RUN_MS, timeoutMs: TIMEOUT_MS },
): Promise<{ readonly stored: number; readonly sent: number }> {
  const endsAt = performance.now() + runMs;
  const running = new Set<Promise<void>>();
  const underWay = new Map<string, number>();
  const count = (organizationId: string, change: 1 | -1) => {
    const next = (underWay.get(organizationId) ?? 0) + change;
    if (next > 0) underWay.set(organizationId, next);
    else underWay.delete(organizationId);
  };
  let stored = 0;
  let sent = 0;
  do {
    const fannedOut = await fanOutEvents(services);
    stored += fannedOut.stored;
    const claimed = await claimDeliveries(services, AT_ONCE_MAX - running.size, underWay);
    for (const each of claimed) {
      const { organizationId } = each.endpoint;
      count(organizationId, 1);
      const sending = deliver(services, each, timeoutMs, stopping).finally(() => {
        count(organizationId, -1);
        running.delete(sending);
      });
      running.add(sending);
    }
    sent += claimed.length;
    if (claimed.length === 0 && running.size === 0 && !(await isAnyEnabled(services.db))) break;
    await pause(claimed.length > 0 || fannedOut.isMore ? BUSY_MS : IDLE_MS, running, stopping);
  } while (!stopping.aborted && performance.now() < endsAt);
  await Promise.all(running);
  return { stored, sent };
}

/** Sends all that is due now, once. */
export async function deliverDue(services: Services, timeoutMs = TIMEOUT_MS): Promise<number> {
  await fanOutEvents(services);
  const claimed = await claimDeliveries(services, AT_ONCE_MAX);
  const never = new AbortController().signal;
  await Promise.all(claimed.map((each) => deliver(services, each, timeoutMs, never)));
  return claimed.length;
}

/** Never rejects: what could not be recorded is sent again once its lease has ended. */
async function deliver(
  services: Services,
  claimed: ClaimedDelivery,
  timeoutMs: number,
  stopping: AbortSignal,
): Promise<void> {
  const { log } = services;
  const { organizationId, id: endpointId } = claimed.endpoint;
  try {
    const outcome = await sendDelivery(services, claimed, timeoutMs);
    // The database is being closed; the lease ends by itself.
    if (stopping.aborted) return;
    const { disableFor, isWarningDue } = await recordAttempt(services, claimed, outcome);
    if (isWarningDue) await reportFailing(services, claimed.endpoint, outcome.at);
    if (disableFor) {
      await disableEndpoint(services, claimed.endpoint, disableFor);
      log.warn({ organizationId, endpointId, reason: disableFor }, 'webhook endpoint disabled');
    }
  } catch (error) {
    if (stopping.aborted) return;
    log.error({ err: error, organizationId, endpointId }, 'webhook attempt not recorded');
  }
}

/** Until that time has passed, or a request has ended, but never for less than `BUSY_MS`. */
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
    sql`select exists (select from webhook_endpoint where status = 'enabled') as found`,
  );
  return rows[0]?.found === true;
}
