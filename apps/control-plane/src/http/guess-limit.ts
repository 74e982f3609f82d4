import type { FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import type { Services } from '../context.ts';
import { DomainError } from '../domain-error.ts';
import {
  type Auth,
  endFirstUse,
  findSessionUser,
  findTwoFactorUser,
  findUserEmail,
  isFirstUseAwaited,
  trimSessions,
} from '../features/identity/index.ts';
import type { AttemptLimit, Attempts, Taken } from './attempts.ts';
import type { KnownDevices } from './known-device.ts';
import { networkOf } from './network-of.ts';

/** What takes a password, a code or the set-up token, and so can be guessed at. */
export type Guess = 'setup' | 'sign-in' | 'second-factor' | 'session';

export interface GuessOptions {
  readonly services: Services;
  readonly auth: Auth;
  readonly attempts: Attempts;
  readonly devices: KnownDevices;
}

const MINUTE_MS = 60_000;

/** Of one account from one network; of one network; of one account. Known devices: of each. */
const LIMITS = {
  pair: { max: 10, windowMs: MINUTE_MS },
  network: { max: 100, windowMs: MINUTE_MS },
  account: { max: 30, windowMs: 15 * MINUTE_MS },
  device: { max: 20, windowMs: 15 * MINUTE_MS },
} as const;

/**
 * Of the set-up token, from one network and from all. No device is known yet, so strangers from many
 * networks can hold up the first owner for minutes; they get 96,000 tries a day at 16 characters.
 */
const SETUP_LIMITS = {
  network: { max: 30, windowMs: MINUTE_MS },
  all: { max: 1000, windowMs: 15 * MINUTE_MS },
} as const;

declare module 'fastify' {
  interface FastifyRequest {
    /** The guess that the request makes, until its answer says whether it was right. */
    guess: Extract<Taken, { outcome: 'taken' }> | null;
    /** The address of the account whose mailbox the request proved without opening a session. */
    provenEmail: string | null;
  }
}

/**
 * Counts a guess before it is tried, so that no number of them at once is tried for one, and gives it
 * back once it was right. By account as well as by network: many addresses guess no faster. A device
 * that has signed in to the account before has a budget of its own, which strangers cannot use up.
 */
export function guessLimit(
  { attempts, devices, ...options }: GuessOptions,
  guess: Guess,
): RouteShorthandOptions {
  return {
    async preHandler(request) {
      // A key gives no password: its scope replaces it.
      if (request.ctx?.actor.type === 'key') return;
      const account = await accountOf(options, guess, request);
      const device = account && devices.find(request.headers.cookie, account);
      let taken = await attempts.take(limitsOf(guess, account, request.ip, device));
      if (taken.outcome === 'refused' && guess === 'sign-in' && account !== undefined) {
        const { db, clock } = options.services;
        if (await isFirstUseAwaited(db, account, clock())) {
          taken = await attempts.take(firstUseLimits(account, request.ip));
        }
      }
      if (taken.outcome === 'refused') throw tooMany(guess, taken.waitS);
      request.guess = taken;
    },
    async onSend(request, reply, payload) {
      if (request.guess && !isWrong(reply)) {
        await request.guess
          .giveBack()
          .catch((error) => options.services.log.warn({ err: error }, 'an attempt stays counted'));
      }
      request.guess = null;
      return payload;
    },
  };
}

function limitsOf(
  guess: Guess,
  account: string | undefined,
  ip: string,
  device: string | undefined,
): AttemptLimit[] {
  const network = networkOf(ip);
  const limit = (kind: keyof typeof LIMITS, subject: string) => ({
    scope: `${guess}/${kind}`,
    subject,
    ...LIMITS[kind],
  });
  if (guess === 'setup') {
    return [
      { scope: 'setup/network', subject: network, ...SETUP_LIMITS.network },
      { scope: 'setup/all', subject: '', ...SETUP_LIMITS.all },
    ];
  }
  if (account === undefined) return [limit('network', network)];
  if (device !== undefined) return [limit('device', `${device}\n${account}`)];
  return [
    limit('pair', `${network}\n${account}`),
    limit('network', network),
    limit('account', account),
  ];
}

/** Those of the network alone: the password cannot be guessed. */
function firstUseLimits(account: string, ip: string): AttemptLimit[] {
  return limitsOf('sign-in', account, ip, undefined).filter(
    ({ scope }) => scope !== 'sign-in/account',
  );
}

/** The address of the account that is guessed at; undefined where the request names none. */
async function accountOf(
  { services, auth }: Pick<GuessOptions, 'services' | 'auth'>,
  guess: Guess,
  request: FastifyRequest,
): Promise<string | undefined> {
  if (guess === 'setup') return undefined;
  if (guess === 'sign-in') {
    const { email } = request.body as { readonly email?: unknown };
    return typeof email === 'string' ? email.toLowerCase() : undefined;
  }
  const { cookie } = request.headers;
  // First whose sign-in waits for the code: a guesser may send a session of their own beside it.
  const userId =
    (guess === 'second-factor' ? await findTwoFactorUser(auth, cookie) : undefined) ??
    (await findSessionUser(auth, cookie))?.userId;
  return userId && findUserEmail(services.db, userId);
}

/** Every refusal but those that say nothing of the guess: not found, wrong state, wrong time. */
function isWrong({ statusCode }: FastifyReply): boolean {
  return statusCode >= 400 && statusCode < 500 && ![404, 409, 429].includes(statusCode);
}

function tooMany(guess: Guess, retryAfterS: number): DomainError {
  const refusal =
    guess === 'setup'
      ? 'Too many wrong set-up tokens.'
      : 'Too many wrong attempts. A device that has signed in to the account before, or set its password by a link, has attempts of its own.';
  return new DomainError('rate_limited', refusal, { retryAfterS });
}

const SESSION = /^[^=;]*session_token=[^;]+/;

/**
 * Makes a device known to the account of the session that an answer opens on it, or whose mailbox the
 * request proved, and ends the oldest sessions of an account that has too many.
 */
export function rememberDevice({ services, auth, devices }: GuessOptions): RouteShorthandOptions {
  return {
    async onSend(request, reply, payload) {
      const remember = (email: string) =>
        reply.header('set-cookie', devices.remember(request.headers.cookie, email));
      if (request.provenEmail !== null && reply.statusCode < 400) remember(request.provenEmail);
      const set = [reply.getHeader('set-cookie') ?? []].flat().map(String);
      const [session] = set.flatMap((line) => SESSION.exec(line) ?? []);
      if (session === undefined || reply.statusCode >= 400) return payload;
      const user = await findSessionUser(auth, session);
      if (!user) return payload;
      await trimSessions(services.db, user.userId);
      await endFirstUse(services.db, user.userId);
      const email = await findUserEmail(services.db, user.userId);
      if (email) remember(email);
      return payload;
    },
  };
}
