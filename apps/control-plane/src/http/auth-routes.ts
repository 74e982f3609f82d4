import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import {
  appendSessionEvent,
  CLIENT_IP_HEADER,
  endDevices,
  findApprover,
  findSessionUser,
  inheritFactors,
  recordApprover,
  sessionCookie,
} from '../features/identity/index.ts';
import { authInput } from './auth-bodies.ts';
import { AUTH_ENDPOINTS, type AuthEndpoint } from './auth-endpoints.ts';
import { refuseSession } from './auth-problem.ts';
import { authCaller } from './auth-session.ts';
import { type Guess, type GuessOptions, guessLimit } from './guess-limit.ts';
import { originOf } from './origin.ts';
import { rememberDevice } from './remember-device.ts';
import { requireSameOrigin } from './same-origin.ts';
import type { ServerOptions } from './server-options.ts';
import { storeLimit } from './store-limit.ts';

export function registerAuthRoutes(
  app: FastifyInstance,
  options: ServerOptions,
  guesses: GuessOptions,
): void {
  for (const endpoint of AUTH_ENDPOINTS) {
    app.route({
      method: endpoint.method,
      url: `/api/auth/${endpoint.name}`,
      schema: authInput(endpoint),
      ...(endpoint.method === 'POST' ? { preValidation: takeNoBody } : {}),
      ...storeLimit(guesses.attempts, endpoint.name),
      ...guardsOf(guesses, endpoint.name),
      handler: (request, reply) => pass(options, endpoint, request, reply),
    });
  }
}

/** The endpoints at which a password or a code can be guessed. */
const GUESSES = new Map<string, Guess>([
  ['sign-in/email', 'sign-in'],
  ['change-password', 'session'],
  ['two-factor/enable', 'session'],
  ['two-factor/disable', 'session'],
  ['two-factor/generate-backup-codes', 'session'],
  ['two-factor/verify-totp', 'second-factor'],
  ['two-factor/verify-backup-code', 'second-factor'],
]);

function guardsOf(guesses: GuessOptions, name: string): RouteShorthandOptions {
  const guess = GUESSES.get(name);
  const limit = guess ? guessLimit(guesses, guess) : {};
  return { ...limit, onSend: [limit.onSend ?? [], rememberDevice(guesses).onSend ?? []].flat() };
}

function takeNoBody(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  request.body ??= {};
  done();
}

async function pass(
  options: ServerOptions,
  endpoint: AuthEndpoint,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const { auth, baseUrl, services } = options;
  if (!endpoint.withoutOrigin) requireSameOrigin(request, baseUrl);
  const { user: before, cookie } = await authCaller(options, endpoint, request);
  const approver =
    endpoint.name === 'device/token'
      ? await findApprover(services.db, textOf(request.body, 'device_code'))
      : undefined;
  const response = await auth.handler(toWebRequest(request, baseUrl, cookie));
  const body: unknown = await response.json().catch(() => ({}));
  const cookies = await cookiesOf(options, response, body);
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  if (!response.ok) return refuseSession(request, reply, response, body);
  if (approver) await inheritFactors(services.db, textOf(body, 'access_token'), approver);
  if (before && endpoint.name === 'device/approve') {
    await recordApprover(services.db, textOf(request.body, 'userCode'), before);
  }
  if (before && endpoint.endsDevices) {
    await services.db.transaction((tx) => endDevices(tx, before.userId));
  }
  if (endpoint.action) {
    const user = before ?? (await findSessionUser(auth, asSent(cookies)));
    const event = { action: endpoint.action, after: null, origin: originOf(request) };
    if (user) {
      await services.db.transaction((tx) => appendSessionEvent(tx, services, user.userId, event));
    }
  }
  return reply.status(response.status).send(answerOf(endpoint, body));
}

/** A device login answers with the bare token; out goes the signed cookie in its place. */
async function cookiesOf({ auth }: ServerOptions, response: Response, body: unknown) {
  const token = fieldOf(body, 'access_token');
  const made = typeof token === 'string' ? [await sessionCookie(auth, token)] : [];
  return [...response.headers.getSetCookie(), ...made];
}

function asSent(setCookies: readonly string[]): string {
  return setCookies.map((each) => each.split(';', 1)[0]).join('; ');
}

function answerOf({ answer, instead }: AuthEndpoint, body: unknown): unknown {
  if (answer === 'whole') return instead ? Object.assign({}, body, instead) : body;
  const given = answer.map((name) => [name, fieldOf(body, name)]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function textOf(body: unknown, name: string): string {
  const value = fieldOf(body, name);
  return typeof value === 'string' ? value : '';
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}

/** Better Auth checks Origin against its own address; that it is ours was checked before. */
function toWebRequest(request: FastifyRequest, baseUrl: string, cookie: string): Request {
  const { userAgent } = originOf(request);
  const isPost = request.method === 'POST';
  return new Request(new URL(request.url, baseUrl), {
    method: isPost ? 'POST' : 'GET',
    headers: {
      ...(isPost ? { 'content-type': 'application/json' } : {}),
      origin: new URL(baseUrl).origin,
      [CLIENT_IP_HEADER]: request.ip,
      ...(cookie ? { cookie } : {}),
      // Kept with the session, so cleaned like that of an audit event.
      ...(userAgent === null ? {} : { 'user-agent': userAgent }),
    },
    ...(isPost ? { body: JSON.stringify(request.body ?? {}) } : {}),
  });
}
