import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Refusal, refusalAnswer } from '@tollkeeper/fleet';
import { discardBody } from './request-body.ts';

/** Answers with problem+json, in place of an upstream. The head must not have been sent. */
export function sendRefusal(req: IncomingMessage, res: ServerResponse, refusal: Refusal): void {
  const { status, headers, body } = refusalAnswer(refusal);
  // Where requests cannot be told apart, nothing that follows is taken for one.
  if (refusal.code === 'malformed_request') res.shouldKeepAlive = false;
  // Named, since that of an upstream may stand in `res` still, which nobody can send.
  res.writeHead(status, STATUS_CODES[status] ?? '', [...headers]);
  res.end(body);
  discardBody(req);
}
