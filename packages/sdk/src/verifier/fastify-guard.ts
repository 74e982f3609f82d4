import type { IncomingHttpHeaders } from 'node:http';
import { denialAnswer } from '@tollkeeper/gateway-core';
import { scopeSet } from '@tollkeeper/verify';
import { authorizeCall, type VerifiedKey } from './authorize-call.ts';
import type { Verifier } from './create-verifier.ts';
import type { GuardOptions } from './guard-options.ts';

interface Request {
  readonly headers: IncomingHttpHeaders;
  readonly url: string;
  /** By Fastify's own `trustProxy`. */
  readonly ip: string;
}
interface Reply {
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: string): unknown;
}

/**
 * A hook for Fastify: `app.addHook('onRequest', fastifyGuard(verifier))`, or `onRequest` of a
 * route. Lets only calls with a valid key pass, and puts whose it is on `request.tollkeeper`.
 * @throws RangeError for an unknown scope
 */
export function fastifyGuard(verifier: Verifier, { scopes = [] }: GuardOptions = {}) {
  const required = scopeSet(scopes);
  return (request: Request, reply: Reply, done: () => void): void => {
    const { authorization, 'x-api-key': apiKey } = request.headers;
    const call = {
      authorization,
      apiKey: apiKey?.toString(),
      url: request.url,
      ip: request.ip,
    };
    const outcome = authorizeCall(verifier, call, required);
    if ('key' in outcome) {
      (request as { tollkeeper?: VerifiedKey }).tollkeeper = outcome.key;
      done();
      return;
    }
    const { status, headers, body } = denialAnswer(outcome.denial);
    for (let at = 0; at < headers.length; at += 2) {
      reply.header(headers[at] ?? '', headers[at + 1] ?? '');
    }
    reply.status(status).send(body);
  };
}
