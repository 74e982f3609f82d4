import { LOG_STREAM_ANSWER_MAX } from '@tollkeeper/contract';
import type { Services } from '../../../context.ts';
import { DeliveryProblem, RequestCut, type RequestLimits } from '../../../outgoing/index.ts';
import {
  type Batch,
  type BatchAnswer,
  DESTINATIONS,
  type OpenStream,
} from '../destinations/index.ts';
import { withoutSecret } from './without-secret.ts';

/** How long one request may take, its answer included. */
export const TIMEOUT_MS = 30_000;
/** Of what a destination says of itself, within a sentence about it. */
const SENTENCE_CHARS_MAX = 600;

export interface SentBatch extends BatchAnswer {
  readonly at: Date;
  readonly durationMs: number;
}

type SendServices = Pick<Services, 'db' | 'outgoing' | 'baseUrl' | 'auditLogKey' | 'clock' | 'log'>;

/**
 * Sends a batch. Never throws for what the destination does; no part of what it gives has the secret.
 * @throws RequestCut
 */
export async function sendBatch(
  services: SendServices,
  stream: OpenStream,
  batch: Batch,
  limits: RequestLimits,
): Promise<SentBatch> {
  const at = services.clock();
  const begunAt = performance.now();
  const answer = await send(services, stream, batch, limits).catch((error: unknown) =>
    unanswered(services, stream, error),
  );
  const durationMs = Math.round(performance.now() - begunAt);
  return { at, durationMs, ...shown(answer, stream.secret) };
}

async function send(
  services: SendServices,
  stream: OpenStream,
  batch: Batch,
  limits: RequestLimits,
): Promise<BatchAnswer> {
  if (stream.problem !== null) throw new DeliveryProblem(stream.problem);
  return DESTINATIONS[stream.row.destination].send(services, stream, batch, limits);
}

/** What is stored of an attempt that did not reach the destination. @throws RequestCut */
function unanswered(
  { log }: Pick<Services, 'log'>,
  { row }: Pick<OpenStream, 'row'>,
  error: unknown,
): BatchAnswer {
  if (error instanceof RequestCut) throw error;
  const nothing = { status: null, retryAfter: undefined, responseBody: null };
  if (error instanceof DeliveryProblem) {
    return { ...nothing, result: { kind: 'refused', problem: error.message } };
  }
  const { organizationId, id: streamId } = row;
  log.error({ err: error, organizationId, streamId }, 'log stream batch not sent');
  const problem = 'The server cannot send the events. Its log says why.';
  return { ...nothing, result: { kind: 'refused', problem } };
}

function shown(answer: BatchAnswer, secret: string | null): BatchAnswer {
  // Cut last: what is left of a secret that was cut would not be found.
  const clean = (text: string, charsMax = LOG_STREAM_ANSWER_MAX) =>
    withoutSecret(text, secret).slice(0, charsMax);
  const { result, responseBody } = answer;
  return {
    ...answer,
    result:
      'problem' in result
        ? { ...result, problem: clean(result.problem, SENTENCE_CHARS_MAX) }
        : result.kind === 'taken' && result.note !== null
          ? { ...result, note: clean(result.note, SENTENCE_CHARS_MAX) }
          : result,
    responseBody: responseBody === null ? null : clean(responseBody),
  };
}
