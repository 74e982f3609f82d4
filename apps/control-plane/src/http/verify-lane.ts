import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestListener,
  ServerResponse,
} from 'node:http';
import { routes } from '@tollkeeper/contract';
import { decide, requestNeeds, secretSubject } from '@tollkeeper/verify';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../domain-error.ts';
import { verifyNow } from '../features/api-keys/index.ts';
import type { UsageSubject } from '../usage/usage-row.ts';
import { requiredScopes } from './authenticate-key.ts';
import { compileValidator } from './compilers.ts';
import { findSecret } from './find-secret.ts';
import { apiHeaders, createRequestId } from './headers.ts';
import { fastifySchema } from './json-schema.ts';
import type { ServerOptions } from './server-options.ts';
import { basePathOf } from './server-options.ts';

const route = routes.verifyKey;
const BODY_BYTES_MAX = 64 * 1024;
const JSON_TYPES = new Set(['application/json', 'application/json; charset=utf-8']);
const REPLACEMENT = '\ufffd';
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'date', 'transfer-encoding'];

interface Caller {
  readonly secret: string;
  readonly ip: string | undefined;
  readonly subject: UsageSubject;
  readonly atMs: number;
  readonly revision: number;
}

/**
 * A verification stands before every request that other servers answer, and Fastify was half of
 * what it took. This answers the ordinary one with the same parts: decision, validator, verb. All
 * else goes to Fastify, which alone refuses: at once where the head tells, else with the body read.
 */
export function addVerifyLane(app: FastifyInstance, options: ServerOptions): void {
  // Behind proxies the caller's address is in headers, which Fastify reads.
  if (options.trustedProxies.length > 0) return;
  const [toFastify] = app.server.listeners('request') as RequestListener[];
  if (!toFastify) throw new Error('Fastify listens to no requests');
  const lane = createLane(app, options);
  app.server.removeListener('request', toFastify);
  app.server.on('request', (request, response) => {
    if (!lane(request, response)) toFastify(request, response);
  });
}

/** @returns a function that returns false, without side effects, where the request is not for it */
function createLane(app: FastifyInstance, { services, baseUrl }: ServerOptions) {
  const path = basePathOf(baseUrl) + route.path;
  const required = requiredScopes(route);
  const needs = requestNeeds(required);
  const schema = fastifySchema(route).body as object;
  const isBody = compileValidator({
    schema,
    httpPart: 'body',
    method: route.method,
    url: route.path,
  });

  function callerOf(request: IncomingMessage): Caller | undefined {
    const secret = findSecret(request.headers);
    if (typeof secret !== 'string' || !services.changeFeed.current()) return undefined;
    const atMs = services.clock().getTime();
    const ip = request.socket.remoteAddress;
    const index = services.keys.index();
    const { code, slot } = decide(index, { secret, ip, scopes: required }, atMs);
    const subject = code === 'valid' ? secretSubject(index, slot) : undefined;
    return subject && { secret, ip, subject, atMs, revision: services.keys.revision() };
  }

  /** Whether the caller may ask still, now that the body is here: decided anew only when in doubt. */
  function mayAsk({ secret, ip, atMs, revision }: Caller): boolean {
    const nowMs = services.clock().getTime();
    if (nowMs === atMs && services.keys.revision() === revision) return true;
    return decide(services.keys.index(), { secret, ip, scopes: required }, nowMs).code === 'valid';
  }

  /** Undefined where there is something to refuse. */
  function answerOf(caller: Caller, text: string): string | undefined {
    // Stands where bytes were no UTF-8, or in the text itself: Fastify sees the bytes.
    if (text.includes(REPLACEMENT)) return undefined;
    const body = parse(text);
    if (!isBody(body) || !services.changeFeed.current() || !mayAsk(caller)) return undefined;
    const { subject, atMs, ip } = caller;
    const answer = verifiedBy(subject, body as never);
    if (!answer) return undefined;
    services.usage.count(subject, true, atMs, needs, ip);
    return JSON.stringify(answer);
  }

  /** What cannot be answered counts nothing: Fastify gets it from the start. */
  function verifiedBy({ organizationId, workspaceId }: UsageSubject, body: never) {
    try {
      return verifyNow({ services, organizationId, workspaceId }, { body });
    } catch (error) {
      if (error instanceof DomainError) return undefined;
      throw error;
    }
  }

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!isOrdinary(request, path) || !app.server.listening) return false;
    const caller = callerOf(request);
    if (!caller) return false;
    readBody(request, (body) => {
      if (body === undefined) {
        services.usage.count(caller.subject, true, caller.atMs, needs, caller.ip);
        return;
      }
      const answer = answerOf(caller, body.toString());
      if (answer === undefined) handOver(app, request, response, body);
      else send(response, answer);
    });
    return true;
  };
}

/** What changes how a request is read or answered is for Fastify to deal with. */
function isOrdinary({ method, url, headers }: IncomingMessage, path: string): boolean {
  return (
    (url === path || url === route.path) &&
    method === route.method &&
    headers.host !== undefined &&
    JSON_TYPES.has(headers['content-type'] ?? '') &&
    Number(headers['content-length']) <= BODY_BYTES_MAX &&
    headers['transfer-encoding'] === undefined &&
    headers['content-encoding'] === undefined &&
    headers.expect === undefined &&
    headers.upgrade === undefined &&
    headers['idempotency-key'] === undefined &&
    headers['x-organization-id'] === undefined
  );
}

/** @param then gets the body once it is whole, or undefined when the client leaves before */
function readBody(request: IncomingMessage, then: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const [first] = chunks;
    then(first && chunks.length === 1 ? first : Buffer.concat(chunks));
  });
  request.on('close', () => {
    if (!request.complete) then(undefined);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, text: string): void {
  const headers: OutgoingHttpHeaders = apiHeaders(createRequestId());
  headers['content-type'] = 'application/json; charset=utf-8';
  const bytes = Buffer.byteLength(text);
  headers['content-length'] = bytes;
  // As many bytes as characters: all of them ASCII, which is Latin-1 too and so written faster.
  response.writeHead(route.status, headers).end(text, bytes === text.length ? 'latin1' : 'utf8');
}

/** Fastify decides again, from the start, and counts. */
function handOver(
  app: FastifyInstance,
  request: IncomingMessage,
  response: ServerResponse,
  payload: Buffer,
): void {
  const { headers, socket } = request;
  const remoteAddress = socket.remoteAddress ?? '';
  app
    .inject({ method: route.method, url: route.path, headers, payload, remoteAddress })
    .then((answer) => {
      for (const name of OF_THE_CONNECTION) delete answer.headers[name];
      response.writeHead(answer.statusCode, answer.headers).end(answer.rawPayload);
    })
    .catch(() => response.destroy());
}
