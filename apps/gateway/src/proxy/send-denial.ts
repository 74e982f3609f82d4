import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import {
  type Denial,
  type DenialAnswer,
  type DenialForm,
  denialAnswer,
} from '@tollkeeper/gateway-core';
import type { CallRecord } from '../access-log/call-record.ts';
import type { CorsHeaders } from '../request/cors.ts';
import type { Route } from '../request/routes.ts';
import { discardBody } from './request-body.ts';

/** One request and its answer. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Set once the path was read: how a denial is written depends on it. */
  route: Route | undefined;
  /** Set where the route answers pages of other origins. */
  cors: CorsHeaders | undefined;
  /** How a denial states the problem; undefined for problem+json. */
  denialForm: DenialForm | undefined;
  /** Headers of its answer that say what is left of its rate limits; undefined until it is accepted. */
  rateLimit: readonly string[] | undefined;
  /** Set where the access log has a line for it. */
  readonly record: CallRecord | undefined;
}

/** Answers in place of an upstream. The head must not have been sent. */
export function sendDenial(exchange: Exchange, denial: Denial): void {
  const { req, res, route, cors, rateLimit, record, denialForm } = exchange;
  const { status, headers, body, requestId } = denialAnswer(denial, route?.challenges, denialForm);
  // Where requests cannot be distinguished, nothing that follows is read as one.
  if (denial.code === 'malformed_request') res.shouldKeepAlive = false;
  // Named, since that of an upstream may stand in `res` still, which nobody can send.
  res.writeHead(status, STATUS_CODES[status] ?? '', [
    ...headers,
    ...(rateLimit ?? []),
    ...(cors?.denial ?? []),
  ]);
  res.end(body);
  if (record) {
    record.code = denial.code;
    record.requestId = requestId;
    if (req.method !== 'HEAD') record.bytesOut += Buffer.byteLength(body);
  }
  discardBody(req);
}

/** A whole answer, for a connection that speaks no HTTP any more; it ends with it. */
export function rawDenial({ status, headers, body }: DenialAnswer): string {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  return `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`;
}
