import type { AuditEvent, LogStreamDestination } from '@tollkeeper/contract';
import type { Services } from '../../../context.ts';
import type { logStream } from '../../../db/schema/index.ts';
import type { GuardedAnswer, RequestLimits } from '../../../outgoing/index.ts';

export type StreamRow = typeof logStream.$inferSelect;

/** A stream with its secret, ready to be sent to. */
export interface OpenStream {
  readonly row: StreamRow;
  readonly secret: string | null;
  /** Why nothing can be sent to it; null where all is well. */
  readonly problem: string | null;
  /** The host of this server, by which log systems tell sources apart. */
  readonly host: string;
  readonly now: Date;
}

/** An event, and its JSON in the format of the stream. */
export interface StreamEvent {
  readonly event: AuditEvent;
  readonly json: string;
}

/** Events that follow each other in the log. */
export interface Batch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** When the first of them happened. */
  readonly firstAt: string;
  /** The events as the destination takes them. */
  readonly records: readonly string[];
  readonly bytes: number;
  /** Whether it is a person's test, which is no part of what is delivered. */
  readonly isTest: boolean;
}

/** What a destination made of a batch. */
export type BatchResult =
  /** It has it, but for so many events that it says it did not take. */
  | { readonly kind: 'taken'; readonly rejectedCount: number; readonly note: string | null }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'too_large'; readonly problem: string }
  /** Nothing was sent yet: what has to go along is not there. */
  | { readonly kind: 'not_ready' };

export interface BatchAnswer {
  readonly result: BatchResult;
  readonly status: number | null;
  readonly retryAfter: string | undefined;
  readonly responseBody: string | null;
}

export type SendServices = Pick<Services, 'db' | 'outgoing' | 'baseUrl' | 'auditLogKey'>;

export interface Destination {
  readonly eventsMax: number;
  /** Of the records of a batch, before compression. */
  readonly bytesMax: number;
  /** Whether a batch is what happened in one hour, and is sent once that is over. */
  readonly isHourly: boolean;
  /** An event as a part of the body. */
  readonly record: (event: StreamEvent, stream: OpenStream) => string;
  /** @throws DeliveryProblem where no answer came, RequestCut */
  readonly send: (
    services: SendServices,
    stream: OpenStream,
    batch: Batch,
    limits: RequestLimits,
  ) => Promise<BatchAnswer>;
}

export type Destinations = Readonly<Record<LogStreamDestination, Destination>>;

export const TAKEN: BatchResult = { kind: 'taken', rejectedCount: 0, note: null };

/** What is read of an answer. */
export const ANSWER_BYTES_MAX = 65_536;

export function answerOf(answer: GuardedAnswer, result: BatchResult): BatchAnswer {
  const { status, retryAfter, body } = answer;
  return { result, status, retryAfter, responseBody: body };
}

/**
 * What a status means that is no success, for all destinations.
 * @param detail what the destination says of it, as a sentence
 */
export function refusalOf({ status }: GuardedAnswer, detail = ''): BatchResult {
  const more = detail === '' ? '' : ` ${detail}`;
  if (status === 413) {
    return { kind: 'too_large', problem: `It answered with status 413: too large.${more}` };
  }
  if (status >= 300 && status < 400) {
    const problem = `It answered with status ${status}. Redirects are not followed: use the final URL.`;
    return { kind: 'refused', problem };
  }
  return { kind: 'refused', problem: `It answered with status ${status}.${more}` };
}

export function isSuccess({ status }: GuardedAnswer): boolean {
  return status >= 200 && status < 300;
}

/** The answer as a JSON object; undefined for anything else. */
export function jsonOf({ body }: GuardedAnswer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined;
  } catch {
    return undefined;
  }
}
