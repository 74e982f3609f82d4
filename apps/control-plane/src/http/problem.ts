import { ERRORS, type ErrorCode, type Problem } from '@tollkeeper/contract';
import { redactSecrets } from '@tollkeeper/verify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { isLockTimeout, isStatementTimeout, isUnavailable } from '../db/database-errors.ts';
import { DomainError, type ErrorDetails } from '../domain-error.ts';
import { apiHeaders } from './headers.ts';
import { refuseInvalid } from './refuse-invalid.ts';

/** What Fastify refuses by itself, in the words of the contract. */
const FRAMEWORK_CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body may be at most 64 KiB.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send the body as application/json.'],
  FST_ERR_CTP_EMPTY_TYPE: ['unsupported_media_type', 'Send the body as application/json.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['malformed_json', 'The body is not valid JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'malformed_request',
    'The body is not as long as Content-Length says.',
  ],
  FST_ERR_MAX_PARAM_LENGTH: [
    'not_found',
    'There is nothing under this address. Check the id in it.',
  ],
  FST_ERR_BAD_URL: [
    'malformed_request',
    'The address holds a percent sequence that cannot be read.',
  ],
};

/** Anything thrown, as problem+json. Anything unforeseen becomes `internal`, with details only in the log. */
export function problemSender(log: Logger) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    // Its sender broke the body off: nobody is left to be answered, and nothing failed here.
    if (error === request.raw.errored) return sendRefusal(request, reply, BROKEN_OFF);
    const refusal = toRefusal(error);
    const isFault = refusal.code === 'internal' || refusal.code === 'unavailable';
    if (isFault) logFault(log, request, error, refusal);
    return sendRefusal(request, reply, refusal);
  };
}

/** What was refused on purpose, because too much runs already, is one line: a caller can repeat it. */
function logFault(log: Logger, request: FastifyRequest, error: Error, refusal: Refusal): void {
  const where = { requestId: request.id, route: request.routeOptions.url };
  const isRefused = error instanceof DomainError && error.cause === undefined;
  if (isRefused) log.warn({ ...where, detail: refusal.detail }, refusal.code);
  else log.error({ ...where, err: error }, refusal.code);
}

const BROKEN_OFF: Refusal = {
  code: 'malformed_request',
  detail: 'The body ended before it was complete.',
};

export interface Refusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly details?: ErrorDetails;
  readonly retryAfterS?: number | undefined;
}

export function sendRefusal(request: FastifyRequest, reply: FastifyReply, refusal: Refusal) {
  const { status, text } = problemText(waiting(refusal, reply), request.id);
  // Not every refusal comes from a route of the API, which sets them.
  reply.headers(apiHeaders(request.id));
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="tollkeeper"');
  if (status === 503) reply.header('retry-after', '2');
  return reply.status(status).type('application/problem+json').send(text);
}

const RETRY_AFTER_SECONDS = 60;

/** Where there is a time to wait, the sentence and the header name the same. */
function waiting(refusal: Refusal, reply: FastifyReply): Refusal {
  if (ERRORS[refusal.code].status !== 429) return refusal;
  const given = refusal.retryAfterS ?? reply.getHeader('retry-after');
  const seconds = Number(given ?? RETRY_AFTER_SECONDS);
  reply.header('retry-after', String(seconds));
  const detail = `${refusal.detail} Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
  return { ...refusal, detail };
}

/** The body of a refusal, which never holds an API key, and the status that belongs to it. */
export function problemText(refusal: Refusal, requestId: string) {
  const { status, title } = ERRORS[refusal.code];
  const body: Problem = {
    type: `urn:tollkeeper:error:${refusal.code}`,
    title,
    status,
    code: refusal.code,
    detail: refusal.detail,
    requestId,
    ...refusal.details,
  };
  return { status, text: redactSecrets(JSON.stringify(body)) };
}

function toRefusal(error: FastifyError): Refusal {
  if (error instanceof DomainError) {
    const { code, message: detail, details, retryAfterS } = error;
    return { code, detail, details, retryAfterS };
  }
  if (error.validation) return refuseInvalid(error);
  const known = FRAMEWORK_CODES[error.code];
  if (known) return { code: known[0], detail: known[1] };
  if (isUnavailable(error)) return { code: 'unavailable', detail: unavailableDetail(error) };
  if (error instanceof SyntaxError || (error.statusCode === 400 && error.code !== undefined)) {
    return { code: 'malformed_json', detail: 'The body is not valid JSON.' };
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return { code: 'malformed_request', detail: 'The request cannot be read as it is.' };
  }
  return {
    code: 'internal',
    detail:
      'Something went wrong here. Try again; if it stays, look for the request id in the log.',
  };
}

function unavailableDetail(error: unknown): string {
  if (isLockTimeout(error)) {
    return 'Another change kept this one waiting for too long, and nothing was changed. Try again in a few seconds.';
  }
  if (isStatementTimeout(error)) {
    return 'This took the database too long, so it was stopped and nothing was changed. Try again, with narrower filters or for fewer things at once if you can.';
  }
  return 'The database cannot be reached right now. Try again; an Idempotency-Key keeps a creation from happening twice.';
}
