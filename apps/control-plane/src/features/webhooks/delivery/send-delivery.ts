import { auditEvent, WEBHOOK_RESPONSE_BYTES_MAX, type WebhookPayload } from '@tollkeeper/contract';
import type { Services } from '../../../context.ts';
import {
  DeliveryProblem,
  type GuardedAnswer,
  openSecret,
  sendGuarded,
} from '../../../outgoing/index.ts';
import { signatureHeader } from '../signing-secret.ts';
import type { ClaimedDelivery } from './claim-deliveries.ts';

/** How long one request may take, its answer included. */
export const TIMEOUT_MS = 15_000;

/** What came of one request. */
export interface Outcome {
  readonly at: Date;
  readonly durationMs: number;
  readonly status: number | null;
  /** Null where it succeeded. */
  readonly problem: string | null;
  readonly responseBody: string | null;
  readonly retryAfter: string | undefined;
  /** Whether to try again would be of no use. */
  readonly isFinal: boolean;
}

type SendServices = Pick<Services, 'clock' | 'log' | 'outgoing' | 'webhooks'>;

/** Sends one request (Standard Webhooks). Never throws for what the endpoint does. */
export async function sendDelivery(
  services: SendServices,
  claimed: ClaimedDelivery,
  timeoutMs = TIMEOUT_MS,
): Promise<Outcome> {
  const at = services.clock();
  const begunAt = performance.now();
  const outcome = await attempt(services, claimed, at, timeoutMs).catch((error: unknown) =>
    failed(services, claimed, error),
  );
  return { at, durationMs: Math.round(performance.now() - begunAt), ...outcome };
}

type Answered = Omit<Outcome, 'at' | 'durationMs'>;

const NO_ANSWER = { status: null, responseBody: null, retryAfter: undefined, isFinal: false };

function failed({ log }: SendServices, { delivery }: ClaimedDelivery, error: unknown): Answered {
  if (error instanceof DeliveryProblem) return { ...NO_ANSWER, problem: error.message };
  const { organizationId, endpointId, eventId } = delivery;
  log.error({ err: error, organizationId, endpointId, eventId }, 'webhook not sent');
  // It would be thrown at each attempt, and each minute anew if none were recorded.
  const problem = 'The server cannot send the event. Its log says why.';
  return { ...NO_ANSWER, isFinal: true, problem };
}

async function attempt(
  { outgoing, webhooks }: SendServices,
  { endpoint, event }: ClaimedDelivery,
  now: Date,
  timeoutMs: number,
): Promise<Answered> {
  if (!event) {
    const problem = 'The event is older than the retention of the audit log, which has deleted it.';
    return { ...NO_ANSWER, isFinal: true, problem };
  }
  const body = payloadText(event);
  const id = messageId(event.id, endpoint.id);
  const timestampS = Math.floor(now.getTime() / 1000);
  const secrets = secretsAt(webhooks.storedKey, endpoint, now);
  const answer = await sendGuarded(outgoing, {
    method: 'POST',
    url: endpoint.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Tollkeeper-Webhooks',
      'webhook-id': id,
      'webhook-timestamp': String(timestampS),
      'webhook-signature': signatureHeader(endpoint.signature, secrets, { id, timestampS, body }),
    },
    body,
    timeoutMs,
    keptBytesMax: WEBHOOK_RESPONSE_BYTES_MAX,
  });
  return {
    status: answer.status,
    problem: problemOf(answer),
    responseBody: answer.body,
    retryAfter: answer.retryAfter,
    isFinal: answer.status === 410,
  };
}

/** The same for every attempt, and for no other event or endpoint. */
export function messageId(eventId: string, endpointId: string): string {
  return `${eventId}_${endpointId}`;
}

type EventRow = NonNullable<ClaimedDelivery['event']>;

/** The same bytes for every attempt: nothing changes an event. */
export function payloadText(event: EventRow): string {
  const data = auditEvent.parse({ ...event, at: event.at.toISOString() });
  return JSON.stringify({ type: data.action, timestamp: data.at, data } satisfies WebhookPayload);
}

/** @throws DeliveryProblem */
function secretsAt(
  key: Services['webhooks']['storedKey'],
  { id, secret, previousSecret, previousSecretUntil }: ClaimedDelivery['endpoint'],
  now: Date,
): Buffer[] {
  const isInGrace = previousSecretUntil !== null && previousSecretUntil > now;
  const previous = isInGrace && previousSecret && openSecret(key, id, previousSecret);
  const current = openSecret(key, id, secret);
  if (!current) {
    throw new DeliveryProblem(
      'The signing secret cannot be read, since TOLLKEEPER_SECRET was changed. Rotate the secret of the endpoint.',
    );
  }
  return previous ? [current, previous] : [current];
}

function problemOf({ status }: GuardedAnswer): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400) {
    return `It answered with status ${status}. Redirects are not followed: use the final URL.`;
  }
  if (status === 410) return 'It answered with status 410, which disables the endpoint.';
  return `It answered with status ${status}.`;
}
