import { WEBHOOK_RESPONSE_BYTES_MAX } from '@tollkeeper/contract';
import type { Services } from '../../../context.ts';
import {
  DeliveryProblem,
  type GuardedAnswer,
  openSecret,
  RequestCut,
  sendGuarded,
} from '../../../outgoing/index.ts';
import { signatureHeader } from '../signing-secret.ts';
import { payloadText } from '../webhook-payload.ts';
import type { ClaimedDelivery } from './claim-deliveries.ts';

/** How long one request may take, its answer included. */
export const TIMEOUT_MS = 15_000;

/** A request as it was made, without its body, which the event gives. */
export interface SentRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What came of one request. */
export interface Outcome {
  readonly at: Date;
  readonly durationMs: number;
  readonly status: number | null;
  /** Null where it succeeded. */
  readonly problem: string | null;
  /** Null where none could be made. */
  readonly request: SentRequest | null;
  readonly responseBody: string | null;
  readonly retryAfter: string | undefined;
  /** Whether to try again would be of no use. */
  readonly isFinal: boolean;
}

type SendServices = Pick<Services, 'clock' | 'log' | 'outgoing' | 'webhooks'>;

/**
 * Sends one request (Standard Webhooks). Never throws for what the endpoint does.
 * @param cut ends the request without an outcome
 */
export async function sendDelivery(
  services: SendServices,
  claimed: ClaimedDelivery,
  cut: AbortSignal,
  timeoutMs = TIMEOUT_MS,
): Promise<Outcome> {
  const at = services.clock();
  const begunAt = performance.now();
  const outcome = await attempt(services, claimed, cut, at, timeoutMs).catch((error: unknown) => ({
    ...failed(services, claimed, error),
    request: null,
  }));
  return { at, durationMs: Math.round(performance.now() - begunAt), ...outcome };
}

type Attempted = Omit<Outcome, 'at' | 'durationMs'>;
type Answered = Omit<Attempted, 'request'>;

const NO_ANSWER = { status: null, responseBody: null, retryAfter: undefined, isFinal: false };

/** @throws RequestCut */
function failed({ log }: SendServices, { delivery }: ClaimedDelivery, error: unknown): Answered {
  if (error instanceof RequestCut) throw error;
  if (error instanceof DeliveryProblem) return { ...NO_ANSWER, problem: error.message };
  const { organizationId, endpointId, eventId } = delivery;
  log.error({ err: error, organizationId, endpointId, eventId }, 'webhook not sent');
  // It would be thrown at each attempt, and each minute anew if none were recorded.
  const problem = 'The server cannot send the event. Its log says why.';
  return { ...NO_ANSWER, isFinal: true, problem };
}

async function attempt(
  services: SendServices,
  claimed: ClaimedDelivery,
  cut: AbortSignal,
  now: Date,
  timeoutMs: number,
): Promise<Attempted> {
  const { endpoint, event } = claimed;
  if (!event) {
    const problem = 'The event is older than the retention of the audit log, which has deleted it.';
    return { ...NO_ANSWER, request: null, isFinal: true, problem };
  }
  const body = payloadText(event);
  const id = messageId(event.id, endpoint.id);
  const timestampS = Math.floor(now.getTime() / 1000);
  const secrets = secretsAt(services.webhooks.storedKey, endpoint, now);
  const request: SentRequest = {
    url: endpoint.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Tollkeeper-Webhooks',
      'webhook-id': id,
      'webhook-timestamp': String(timestampS),
      'webhook-signature': signatureHeader(endpoint.signature, secrets, { id, timestampS, body }),
    },
  };
  const answered = await sendGuarded(services.outgoing, {
    ...request,
    method: 'POST',
    body,
    ...{ timeoutMs, cut, keptBytesMax: WEBHOOK_RESPONSE_BYTES_MAX },
  }).then(outcomeOf, (error: unknown) => failed(services, claimed, error));
  return { ...answered, request };
}

function outcomeOf(answer: GuardedAnswer): Answered {
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
