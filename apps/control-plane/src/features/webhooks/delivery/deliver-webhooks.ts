import type { Services } from '../../../context.ts';
import {
  type Delivery,
  deliverOnce,
  isAnyEnabled,
  type RunLimits,
  runDelivery,
} from '../../../delivery/index.ts';
import { type ClaimedDelivery, claimDeliveries, giveBackDelivery } from './claim-deliveries.ts';
import { disableEndpoint, reportFailing } from './disable-endpoint.ts';
import { fanOutEvents } from './fan-out-events.ts';
import { recordAttempt } from './record-attempt.ts';
import { type Outcome, sendDelivery, TIMEOUT_MS } from './send-delivery.ts';

const AT_ONCE_MAX = 200;

interface Limits extends RunLimits {
  readonly timeoutMs: number;
}

/**
 * Stores deliveries for new events, and sends what is due, until its time is over or the process stops; at once
 * where no endpoint is enabled. Any number of processes may run it.
 */
export async function deliverWebhooks(
  services: Services,
  stopping: AbortSignal,
  { timeoutMs = TIMEOUT_MS, ...limits }: Partial<Limits> = {},
): Promise<{ readonly stored: number; readonly sent: number }> {
  let stored = 0;
  const webhooks = createWebhookDelivery(services, timeoutMs);
  const prepare = async () => {
    const fannedOut = await fanOutEvents(services);
    stored += fannedOut.stored;
    return fannedOut;
  };
  const sent = await runDelivery({ ...webhooks, prepare }, stopping, limits);
  return { stored, sent };
}

/** Sends all that is due now, once. */
export async function deliverDue(services: Services, timeoutMs = TIMEOUT_MS): Promise<number> {
  await fanOutEvents(services);
  return deliverOnce(createWebhookDelivery(services, timeoutMs));
}

function createWebhookDelivery(
  services: Services,
  timeoutMs: number,
): Delivery<ClaimedDelivery, Outcome> {
  return {
    atOnceMax: AT_ONCE_MAX,
    claim: (countMax, underWay) => claimDeliveries(services, countMax, underWay),
    organizationOf: ({ endpoint }) => endpoint.organizationId,
    send: (claimed, cut) => sendDelivery(services, claimed, cut, timeoutMs),
    record: (claimed, outcome) => record(services, claimed, outcome),
    giveBack: (claimed) => giveBackDelivery(services, claimed),
    onFault({ endpoint: { organizationId, id: endpointId } }, error) {
      services.log.error(
        { err: error, organizationId, endpointId },
        'webhook attempt not recorded',
      );
    },
    isAnyEnabled: () => isAnyEnabled(services.db, 'webhook_endpoint'),
  };
}

async function record(
  services: Services,
  claimed: ClaimedDelivery,
  outcome: Outcome,
): Promise<void> {
  const { organizationId, id: endpointId } = claimed.endpoint;
  const { disableFor, isWarningDue } = await recordAttempt(services, claimed, outcome);
  if (isWarningDue) await reportFailing(services, claimed.endpoint, outcome.at);
  if (!disableFor) return;
  await disableEndpoint(services, claimed.endpoint, disableFor);
  services.log.warn(
    { organizationId, endpointId, reason: disableFor },
    'webhook endpoint disabled',
  );
}
