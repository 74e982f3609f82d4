import type { Services } from '../../../context.ts';
import {
  type Delivery,
  deliverOnce,
  leasedDelivery,
  type RunLimits,
  runDelivery,
} from '../../../delivery/index.ts';
import {
  chatMessage,
  isRefusal,
  type SentMessage,
  sendMessage,
  withheldMessage,
} from '../messages/index.ts';
import { type ClaimedDestination, claimDestinations } from './claim-destinations.ts';
import { ALONE_TRIES, type Plan, planMessage } from './plan-message.ts';
import { recordMessage, release, skipMessage } from './record-message.ts';
import { disableDestination, reportFailing, reportRefused } from './report-failing.ts';

/**
 * Sends notifications to the destinations that are due, each in order and one message at a time, until its time is
 * over or the process stops; at once where no destination is enabled. Any number of processes may run it.
 */
export async function deliverChats(
  services: Services,
  stopping: AbortSignal,
  limits: Partial<RunLimits> = {},
): Promise<{ readonly messages: number }> {
  return { messages: await runDelivery(createChatDelivery(services), stopping, limits) };
}

/** Sends one message to each destination that is due now. */
export function deliverChatsDue(services: Services): Promise<number> {
  return deliverOnce(createChatDelivery(services));
}

interface Outcome {
  readonly plan: Plan;
  /** Undefined where there was nothing to send. */
  readonly sent: SentMessage | undefined;
  /** Why the service refused the text, where it took the message without. */
  readonly refusal?: string | null;
}

function createChatDelivery(services: Services): Delivery<ClaimedDestination, Outcome> {
  return leasedDelivery(services, {
    table: 'chat_destination',
    claim: (countMax, underWay) => claimDestinations(services, countMax, underWay),
    send: (claimed, cut) => sendNext(services, claimed, cut),
    record: (claimed, outcome) => record(services, claimed, outcome),
    release: (row, until) => release(services, row, until),
  });
}

async function sendNext(
  services: Services,
  claimed: ClaimedDestination,
  cut: AbortSignal,
): Promise<Outcome> {
  const { row } = claimed;
  const plan = await planMessage(services.db, claimed, services.clock());
  const { organizationName, shown } = plan;
  if (shown.length === 0) return { plan, sent: undefined };
  const body = chatMessage(services, row.service, organizationName, shown);
  const sent = await sendMessage(services, row, body, { cut });
  if (row.triesCount < ALONE_TRIES || !isRefusal(sent)) return { plan, sent };
  // A destination that takes nothing any more refuses this as well, and keeps what waits.
  const withheld = withheldMessage(services, row.service, shown);
  const again = await sendMessage(services, row, withheld, { cut });
  return { plan, sent: again, refusal: again.problem === null ? sent.problem : null };
}

async function record(
  services: Services,
  { row }: ClaimedDestination,
  { plan, sent, refusal = null }: Outcome,
): Promise<void> {
  if (!sent) return skipMessage(services, row, plan);
  const { disableFor, isWarningDue, isRefused } = await recordMessage(services, row, {
    ...{ plan, sent, refusal },
  });
  if (isRefused) await reportRefused(services, row, plan, refusal);
  if (isWarningDue) await reportFailing(services, row, sent.at);
  if (!disableFor) return;
  await disableDestination(services, row, disableFor);
  const { organizationId, id: destinationId } = row;
  services.log.warn(
    { organizationId, destinationId, reason: disableFor },
    'chat destination disabled',
  );
}
