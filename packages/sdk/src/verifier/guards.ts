import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { denialAnswer } from '@tollkeeper/gateway-core';
import {
  authorizeCall,
  type Decider,
  type RequiredScope,
  requiredSet,
  type VerifiedKey,
} from './authorize-call.ts';

export interface GuardOptions {
  /** What a key must be allowed to do now, besides `apis.call`, which every call needs. */
  readonly scopes?: readonly RequiredScope[];
}

/** What Express adds to a request, and what the guard does. */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string;
  /** By Express's own `trust proxy`. */
  readonly ip?: string | undefined;
  tollkeeper?: VerifiedKey;
}

/**
 * Middleware for Express, and for any server of `(request, response, next)`: lets only calls with
 * a valid key pass, and puts whose it is on `request.tollkeeper`.
 * @throws RangeError for an unknown scope
 */
export function expressGuard(verifier: Decider, { scopes = [] }: GuardOptions = {}) {
  const required = requiredSet(scopes);
  return (request: ExpressRequest, response: ServerResponse, next: () => void): void => {
    const { authorization, 'x-api-key': apiKey } = request.headers;
    const call = {
      authorization,
      apiKey: apiKey?.toString(),
      url: request.originalUrl ?? request.url ?? '',
      ip: request.ip ?? request.socket.remoteAddress ?? '',
      method: request.method ?? '',
      host: request.headers.host ?? '',
      rawHeaders: request.rawHeaders,
    };
    const outcome = authorizeCall(verifier, call, required);
    if ('key' in outcome) {
      request.tollkeeper = outcome.key;
      for (const [name, value] of pairsOf(outcome.headers)) response.appendHeader(name, value);
      next();
      return;
    }
    const { status, headers, body } = denialAnswer(outcome.denial);
    response.writeHead(status, [...headers]).end(body);
  };
}

interface FastifyRequest {
  readonly headers: IncomingHttpHeaders;
  readonly raw: { readonly rawHeaders: readonly string[] };
  readonly method: string;
  readonly url: string;
  /** By Fastify's own `trustProxy`. */
  readonly ip: string;
}

interface FastifyReply {
  status(code: number): FastifyReply;
  header(name: string, value: string): FastifyReply;
  send(body: string): unknown;
}

/**
 * A hook for Fastify: `app.addHook('onRequest', fastifyGuard(verifier))`, or `onRequest` of a
 * route. Lets only calls with a valid key pass, and puts whose it is on `request.tollkeeper`.
 * @throws RangeError for an unknown scope
 */
export function fastifyGuard(verifier: Decider, { scopes = [] }: GuardOptions = {}) {
  const required = requiredSet(scopes);
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const { authorization, 'x-api-key': apiKey } = request.headers;
    const call = {
      authorization,
      apiKey: apiKey?.toString(),
      url: request.url,
      ip: request.ip,
      method: request.method,
      host: request.headers.host ?? '',
      rawHeaders: request.raw.rawHeaders,
    };
    const outcome = authorizeCall(verifier, call, required);
    if ('key' in outcome) {
      (request as { tollkeeper?: VerifiedKey }).tollkeeper = outcome.key;
      for (const [name, value] of pairsOf(outcome.headers)) reply.header(name, value);
      done();
      return;
    }
    const { status, headers, body } = denialAnswer(outcome.denial);
    for (const [name, value] of pairsOf(headers)) reply.header(name, value);
    reply.status(status).send(body);
  };
}

/** What the guard needs of Hono's context. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
  readonly env: unknown;
  set(name: 'tollkeeper', key: VerifiedKey): void;
  header(name: string, value: string, options: { readonly append: true }): void;
}

/**
 * Middleware for Hono: lets only calls with a valid key pass, and sets `tollkeeper` in the context.
 * @param options.ip where a request comes from: Hono does not know; with its Node server that is
 * `(c) => getConnInfo(c).remote.address ?? ''`. Without it, keys bound to addresses are refused.
 * @throws RangeError for an unknown scope
 */
export function honoGuard<C extends HonoContext>(
  verifier: Decider,
  { scopes = [], ip }: GuardOptions & { readonly ip?: (context: C) => string } = {},
) {
  const required = requiredSet(scopes);
  return async (context: C, next: () => Promise<void>): Promise<Response | undefined> => {
    const { headers: given, url, method } = context.req.raw;
    const call = {
      authorization: given.get('authorization') ?? undefined,
      apiKey: given.get('x-api-key') ?? undefined,
      url,
      ip: ip?.(context) ?? '',
      method,
      host: given.get('host') ?? '',
      rawHeaders: [...given].flat(),
    };
    const outcome = authorizeCall(verifier, call, required);
    if ('key' in outcome) {
      context.set('tollkeeper', outcome.key);
      await next();
      // Afterwards: a response that a handler made itself would not have what was set before.
      for (const [name, value] of pairsOf(outcome.headers)) {
        context.header(name, value, { append: true });
      }
      return undefined;
    }
    const { status, headers, body } = denialAnswer(outcome.denial);
    return new Response(body, { status, headers: pairsOf(headers) });
  };
}

/** @param headers names and values in turn */
function pairsOf(headers: readonly string[]): [name: string, value: string][] {
  return headers.flatMap((name, at): [string, string][] =>
    at % 2 === 0 ? [[name, headers[at + 1] ?? '']] : [],
  );
}
