import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Services } from '../../../context.ts';
import type { Database } from '../../../db/connect.ts';
import { chatMessage, sendMessage, TIMEOUT_MS } from '../messages/index.ts';
import { type ClaimedDestination, claimDestinations } from './claim-destinations.ts';
import { planMessage } from './plan-message.ts';
import { recordMessage, release, skipMessage } from './record-message.ts';
import { disableDestination, reportFailing } from './report-failing.ts';

/** Messages of this process under way at a time: one of each destination. */
const AT_ONCE_MAX = 50;
/** A run begins a new minute before it ends, so that the next one, which that minute queues, follows at once. */
const RUN_MS = 62_000;
const LOOK_MS = 1000;
/** How long a destination rests after a fault of this server. */
const FAULT_MS = 60_000;

/**
 * Sends notifications to the destinations that are due, each in order and one message at a time, until its time is
 * over or the process stops; at once where no destination is enabled. Any number of processes may run it.
 */
export async function deliverChats(
  services: Services,
  stopping: AbortSignal,
  runMs = RUN_MS,
): Promise<{ readonly messages: number }> {
  const endsAt = performance.now() + runMs;
  const running = new Set<Promise<void>>();
  let messages = 0;
  do {
    const claimed = await claimDestinations(services, AT_ONCE_MAX - running.size);
    for (const each of claimed) {
      const sending = deliver(services, each, TIMEOUT_MS, stopping).finally(() =>
        running.delete(sending),
      );
      running.add(sending);
    }
    messages += claimed.length;
    if (claimed.length === 0 && running.size === 0 && !(await isAnyEnabled(services.db))) break;
    await delay(LOOK_MS, undefined, { signal: stopping }).catch(() => undefined);
  } while (!stopping.aborted && performance.now() < endsAt);
  await Promise.all(running);
  return { messages };
}

/** Sends one message to each destination that is due now. */
export async function deliverChatsDue(services: Services, timeoutMs = TIMEOUT_MS): Promise<number> {
  const claimed = await claimDestinations(services, AT_ONCE_MAX);
  const never = new AbortController().signal;
  await Promise.all(claimed.map((each) => deliver(services, each, timeoutMs, never)));
  return claimed.length;
}

/** Never rejects: what could not be recorded is sent again once its lease has ended. */
async function deliver(
  services: Services,
  claimed: ClaimedDestination,
  timeoutMs: number,
  stopping: AbortSignal,
): Promise<void> {
  const { organizationId, id: destinationId } = claimed.row;
  try {
    await deliverNext(services, claimed, timeoutMs, stopping);
  } catch (error) {
    if (stopping.aborted) return;
    services.log.error({ err: error, organizationId, destinationId }, 'chat message not recorded');
    const until = new Date(services.clock().getTime() + FAULT_MS);
    await release(services, claimed.row, until).catch(() => undefined);
  }
}

async function deliverNext(
  services: Services,
  claimed: ClaimedDestination,
  timeoutMs: number,
  stopping: AbortSignal,
): Promise<void> {
  const { row } = claimed;
  const plan = await planMessage(services.db, claimed, services.clock());
  const { organizationName, shown } = plan;
  if (shown.length === 0) return skipMessage(services, row, plan);
  const body = chatMessage(services, row.service, organizationName, shown);
  const sent = await sendMessage(services, row, body, timeoutMs);
  // The database is being closed; the lease ends by itself.
  if (stopping.aborted) return;
  const { disableFor, isWarningDue } = await recordMessage(services, row, plan, sent);
  if (isWarningDue) await reportFailing(services, row, sent.at);
  if (disableFor) {
    await disableDestination(services, row, disableFor);
    const { organizationId, id: destinationId } = row;
    services.log.warn(
      { organizationId, destinationId, reason: disableFor },
      'chat destination disabled',
    );
  }
}

async function isAnyEnabled(db: Database): Promise<boolean> {
  const { rows } = await db.execute<{ found: boolean }>(
    sql`select exists (select from chat_destination where status = 'enabled') as found`,
  );
  return rows[0]?.found === true;
}
