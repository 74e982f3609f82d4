import { type Route, type RouteName, routes } from '@tollkeeper/contract';
import { missing, scopeNames } from '@tollkeeper/verify';
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RouteOptions,
} from 'fastify';
import { z } from 'zod';
import type { Ctx } from '../context.ts';
import { DomainError } from '../domain-error.ts';
import type { SessionRequest } from '../features/identity/index.ts';
import {
  authenticateKey,
  authenticateKeyAgain,
  isKeyCheckValid,
  requiredScopes,
} from './authenticate-key.ts';
import { authenticateSession } from './authenticate-session.ts';
import { completeBody } from './complete-body.ts';
import { findSecret } from './find-secret.ts';
import { type GuessOptions, guessLimit, rememberDevice } from './guess-limit.ts';
import { handlers, type PublicCtx } from './handlers.ts';
import { fastifySchema } from './json-schema.ts';
import { type Done, namesSegments, serverPath } from './path-segments.ts';
import { problemSender } from './problem.ts';
import { publicCtx, sessionRequest } from './public-ctx.ts';
import { largeBodyGuard, registerRawBody, signatureOf } from './raw-body.ts';
import type { ServerOptions } from './server-options.ts';
import { isCheckOutdated, type SessionCheck, sessionCheck } from './session-check.ts';
import { storeLimit } from './store-limit.ts';
import { confirmStream, sendStream } from './stream-answer.ts';

interface Input {
  readonly params: never;
  readonly query: never;
  readonly body: never;
}
type Handler = (ctx: Ctx | PublicCtx, input: Input, request: SessionRequest) => unknown;

interface Declared {
  readonly name: string;
  readonly route: Route;
  readonly handler: Handler;
}

const DECLARED: readonly Declared[] = Object.entries<Route>(routes).map(([name, route]) => {
  return { name, route, handler: handlers[name as RouteName] as Handler };
});

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; null until a credential was accepted. */
    ctx: Ctx | null;
    /** Whether the body was still on its way when a session was accepted. */
    isBodyLate: boolean;
    /** Null until a session was looked up. */
    sessionCheck: SessionCheck | null;
  }
}

/** Puts every route of the contract on the server, each behind what its `access` asks. */
export function registerRoutes(
  app: FastifyInstance,
  options: ServerOptions,
  guesses: GuessOptions,
  declared: readonly Declared[] = DECLARED,
): void {
  app.decorateRequest('ctx', null);
  app.decorateRequest('isBodyLate', false);
  app.decorateRequest('sessionCheck', null);
  app.decorateRequest('keyCheck', null);
  app.decorateRequest('scopeRecord', null);
  for (const { name, route, handler } of declared) {
    const isPublic = route.access === 'public';
    const registered: RouteOptions = {
      method: route.method,
      url: serverPath(route),
      schema: fastifySchema(route),
      ...(isPublic ? largeBodyGuard(route) : { onRequest: authentication(route, options) }),
      ...(isPublic ? strangerGuards(name, route, guesses) : {}),
      ...(route.segments ? { preValidation: namesSegments(route.segments) } : {}),
      ...(route.method === 'GET' ? {} : { preValidation: completeBody(route) }),
      ...(isPublic ? {} : guards(route, options, guesses)),
      handler(request, reply) {
        reply.status(route.status);
        const ctx = isPublic ? publicCtx(options, route, request, reply) : contextOf(request);
        const { params, query, body } = request;
        const input = { params, query, body, ...signatureOf(route, request) } as Input;
        const answer = handler(ctx, input, sessionRequest(options, request, reply));
        if (route.status === 204) return Promise.resolve(answer).then(() => reply.send());
        return route.stream ? sendStream(reply, route.stream, query, answer) : answer;
      },
    };
    if (route.rawBody) registerRawBody(app, route.rawBody, registered);
    else app.route(registered);
  }
}

/** A key is decided without leaving the turn of the event loop, unless this process is behind. */
function authentication(route: Route, { services, auth, baseUrl }: ServerOptions) {
  const required = requiredScopes(route);
  return (request: FastifyRequest, _reply: FastifyReply, done: Done) => {
    const secret = findSecret(request.headers);
    if (typeof secret === 'object') {
      done(new DomainError(secret.code, secret.detail));
      return;
    }
    if (secret !== undefined && services.changeFeed.current()) {
      request.ctx = authenticateKey(services, request, secret, required);
      done();
      return;
    }
    if (secret === undefined) request.sessionCheck = sessionCheck(services);
    const found =
      secret === undefined
        ? authenticateSession(services, auth, baseUrl, request, route)
        : services.changeFeed
            .catchUp()
            .then(() => authenticateKey(services, request, secret, required));
    found.then((ctx) => {
      request.ctx = ctx;
      request.isBodyLate = !request.raw.complete;
      done();
    }, done);
  };
}

/**
 * A decision holds when it is acted on, not only when the head was read: a caller who was revoked
 * while the body was on its way, or a read under way, gets no answer. What a change needs beyond
 * this, `write` confirms under lock. A session is looked up again where the first look-up may be
 * outdated, where the body was late, and for a question: the body may have come while the first
 * look-up was under way.
 */
function confirmations(route: Route, { services, auth, baseUrl }: ServerOptions) {
  const sendProblem = problemSender(services.log);
  const required = requiredScopes(route);
  const isOutdated = ({ sessionCheck: last }: FastifyRequest) =>
    last !== null && isCheckOutdated(last, services);
  const confirm = async (request: FastifyRequest) => {
    const secret = findSecret(request.headers);
    if (typeof secret === 'string') {
      await services.changeFeed.catchUp();
      request.ctx = authenticateKeyAgain(services, request, secret, required);
    } else if (request.isBodyLate || route.changesNothing || isOutdated(request)) {
      request.sessionCheck = sessionCheck(services);
      request.ctx = await authenticateSession(services, auth, baseUrl, request, route);
    }
  };
  const confirmAnswer = async (request: FastifyRequest) => {
    const before = contextOf(request);
    await confirm(request);
    requireNothingLost(before, contextOf(request));
  };
  // Without a promise where nothing has changed, as for nearly every request by key.
  const unlessConfirmed = (
    request: FastifyRequest,
    check: (request: FastifyRequest) => Promise<void>,
    done: Done,
  ): void => {
    if (request.keyCheck && isKeyCheckValid(request.keyCheck, services)) done();
    else check(request).then(() => done(), done);
  };
  // A refusal of what the caller asked for is an answer too: it says what is there and what is not.
  const confirmRefusal = async (
    error: FastifyError,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => {
    const lost =
      error instanceof DomainError && request.ctx
        ? await confirmAnswer(request).then(
            () => undefined,
            (reason: FastifyError) => reason,
          )
        : undefined;
    return sendProblem(lost ?? error, request, reply);
  };
  const beforeHandler = (request: FastifyRequest, _reply: FastifyReply, done: Done) =>
    unlessConfirmed(request, confirm, done);
  const beforeAnswer = (
    request: FastifyRequest,
    _reply: FastifyReply,
    _payload: unknown,
    done: Done,
  ) => unlessConfirmed(request, confirmAnswer, done);
  const reads = route.method === 'GET' || route.changesNothing;
  return {
    ...(route.method === 'GET' ? {} : { preHandler: beforeHandler }),
    ...(reads ? { errorHandler: confirmRefusal } : {}),
    ...(reads && !route.stream ? { preSerialization: beforeAnswer } : {}),
    // A stream is not serialized.
    ...(reads && route.stream ? { onSend: confirmStream(confirmAnswer) } : {}),
  };
}

/**
 * An answer may show all that the caller held when it was made, and not only what its route needs: the
 * keys of others with api_keys.manage_all, the names of gateways with fleet.read.
 * @throws DomainError unavailable where the caller has lost a scope since
 */
function requireNothingLost(before: Ctx, now: Ctx): void {
  if (scopeNames(missing(now.scopes, before.scopes)).length === 0) return;
  throw new DomainError(
    'unavailable',
    'The scopes of the caller changed while the request was under way. Try again.',
  );
}

function contextOf(request: FastifyRequest): Ctx {
  if (!request.ctx) throw new Error('A route was reached without a credential');
  return request.ctx;
}

/** What stands before the handler and after its answer, for anyone at all. */
function strangerGuards(name: string, route: Route, guesses: GuessOptions) {
  const limit =
    name === 'setup'
      ? guessLimit(guesses, 'setup')
      : storeLimit(guesses.attempts, `${route.method} ${route.path}`);
  const { onSend } = rememberDevice(guesses);
  return { ...limit, onSend: [limit.onSend ?? [], onSend ?? []].flat() };
}

/** What runs before the handler and after its answer, for requests with a credential. */
function guards(route: Route, options: ServerOptions, guesses: GuessOptions) {
  const { preHandler, onSend, ...rest } = confirmations(route, options);
  const limit = takesPassword(route) ? guessLimit(guesses, 'session') : {};
  return {
    ...limit,
    ...rest,
    preHandler: [preHandler ?? [], limit.preHandler ?? []].flat(),
    onSend: [onSend ?? [], limit.onSend ?? []].flat(),
  };
}

/** Whether a password can be guessed here, by a session. */
function takesPassword({ body }: Route): boolean {
  return body instanceof z.ZodObject && 'password' in body.shape;
}
