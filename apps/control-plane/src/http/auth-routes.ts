import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import {
  type Approver,
  type AuthRequest,
  appendSessionEvent,
  CLIENT_IP_HEADER,
  countSignInFailure,
  endDevices,
  findApprover,
  findTwoFactorUser,
  inheritFactors,
  type RequestUser,
  recordApprover,
  requireCodesUnlocked,
  runAuthRequest,
  type SessionUser,
  sessionCookie,
} from '../features/identity/index.ts';
import { authInput } from './auth-bodies.ts';
import { AUTH_ENDPOINTS, type AuthEndpoint } from './auth-endpoints.ts';
import { refuseSession } from './auth-problem.ts';
import { authCaller } from './auth-session.ts';
import { fieldOf, findSubject, requireUnusedCode, textOf } from './auth-subject.ts';
import { type Guess, type GuessOptions, guessLimit, rememberDevice } from './guess-limit.ts';
import { originOf } from './origin.ts';
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
  if (request.body === undefined) request.body = {};
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
  const { user, cookie } = await authCaller(options, endpoint, request);
  const opensFor = await findSubject(options, endpoint.name, request, user, cookie);
  const spec = {
    caller: callerOf(endpoint, user, opensFor),
    isAudited: endpoint.action !== undefined,
    subjectId: user?.userId,
  };
  const { response, body } = await runAuthRequest(services.db, spec, async (change) => {
    const markUsed = await requireUnusedCode(change, endpoint.name, request, opensFor);
    const approver = await findDeviceApprover(options, endpoint, request);
    const response = await auth.handler(toWebRequest(request, baseUrl, cookie));
    const body: unknown = await response.json().catch(() => ({}));
    const result = { response, body };
    // It may have done half of its work.
    if (response.status >= 500) return { result, isKept: false };
    if (response.ok) {
      await markUsed?.();
      await follow(options, endpoint, request, { change, user, approver, body });
    } else if (isFailure(body)) await countFailure(options, request, { change, user });
    return { result, isKept: true };
  });
  if (fieldOf(body, 'code') === 'ACCOUNT_TEMPORARILY_LOCKED') {
    const userId = user?.userId ?? (await findTwoFactorUser(auth, cookie)) ?? '';
    await requireCodesUnlocked(services.db, userId, new Date());
  }
  const cookies = await cookiesOf(options, response, body);
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  if (!response.ok) return refuseSession(request, reply, response, body);
  return reply.status(response.status).send(answerOf(endpoint, body));
}

/** Who is confirmed before anything is written. A session that ends itself may have ended before. */
function callerOf(
  { session }: AuthEndpoint,
  user: SessionUser | undefined,
  opensFor: string | undefined,
): RequestUser | undefined {
  if (user) {
    return session === 'ended' ? undefined : { userId: user.userId, sessionId: user.session.id };
  }
  return opensFor === undefined ? undefined : { userId: opensFor };
}

interface Done {
  readonly change: AuthRequest;
  /** Who called, by a session of theirs. */
  readonly user: SessionUser | undefined;
  readonly approver: Approver | undefined;
  readonly body: unknown;
}

/** What follows from a success, in the same transaction: our own part of it, and the audit event. */
async function follow(
  { services }: ServerOptions,
  endpoint: AuthEndpoint,
  request: FastifyRequest,
  { change, user, approver, body }: Done,
): Promise<void> {
  if (approver) await inheritFactors(await change.begin(), textOf(body, 'access_token'), approver);
  if (user && endpoint.name === 'device/approve') {
    await recordApprover(await change.begin(), textOf(request.body, 'userCode'), user);
  }
  if (user && endpoint.endsDevices) await endDevices(await change.begin(), user.userId);
  // The password was right, and a code is still to come.
  if (!endpoint.action || fieldOf(body, 'twoFactorRedirect') === true) return;
  const userId = user?.userId ?? change.opened?.userId;
  if (userId === undefined) return;
  const isSignIn = user === undefined;
  const factors = approver?.factors ?? change.opened?.factors;
  await appendSessionEvent(await change.begin(), services, userId, {
    action: isSignIn ? 'session.sign_in' : endpoint.action,
    after: isSignIn ? { factors, ...(approver ? { device: true } : {}) } : null,
    origin: originOf(request),
  });
}

async function findDeviceApprover(
  { services }: ServerOptions,
  { name }: AuthEndpoint,
  { body }: FastifyRequest,
) {
  return name === 'device/token'
    ? findApprover(services.db, textOf(body, 'device_code'))
    : undefined;
}

/** Better Auth's codes for what somebody gave to sign in, and was wrong. */
const FAILURES: ReadonlySet<unknown> = new Set([
  'INVALID_EMAIL_OR_PASSWORD',
  'INVALID_PASSWORD',
  'INVALID_CODE',
  'INVALID_BACKUP_CODE',
  'AUTHENTICATION_FAILED',
]);

function isFailure(body: unknown): boolean {
  return FAILURES.has(fieldOf(body, 'code'));
}

async function countFailure(
  { services }: ServerOptions,
  request: FastifyRequest,
  { change, user }: Pick<Done, 'change' | 'user'>,
): Promise<void> {
  const passkey = fieldOf(request.body, 'response');
  const attempt = {
    userId: user?.userId ?? change.failedUserId,
    email: textOf(request.body, 'email'),
    passkeyId: passkey === undefined ? undefined : textOf(passkey, 'id'),
  };
  await countSignInFailure(await change.begin(), attempt, request.ip, services.clock());
}

/** A device login answers with the bare token; out goes the signed cookie in its place. */
async function cookiesOf({ auth }: ServerOptions, response: Response, body: unknown) {
  const token = fieldOf(body, 'access_token');
  const made = typeof token === 'string' ? [await sessionCookie(auth, token)] : [];
  return [...response.headers.getSetCookie(), ...made];
}

function answerOf({ answer, instead }: AuthEndpoint, body: unknown): unknown {
  if (answer === 'whole') return instead ? Object.assign({}, body, instead) : body;
  const given = answer.map((name) => [name, fieldOf(body, name)]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
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
