import { passkey as passkeys } from '@better-auth/passkey';
import { betterAuth } from 'better-auth';
import { APIError } from 'better-auth/api';
import { verifyPassword } from 'better-auth/crypto';
import { deviceAuthorization, twoFactor as twoFactors } from 'better-auth/plugins';
import type { Logger } from 'pino';
import type { Database } from '../../db/connect.ts';
import {
  account,
  deviceCode,
  passkey,
  session,
  twoFactor,
  user,
  verification,
} from '../../db/schema/index.ts';
import type { Attempts } from '../../http/attempts.ts';
import { createAttempts } from '../../http/attempts.ts';
import { authAdapter, confirmInside, currentAuthRequest } from './auth-transaction.ts';
import { newSessionFacts, SESSION_FIELDS } from './session-facts.ts';

interface AuthOptions {
  readonly db: Database;
  readonly baseUrl: string;
  readonly secret: string;
  readonly log: Logger;
  readonly clock: () => Date;
}

/** Carries the address that Fastify saw; whatever a client sends in it is overwritten. */
export const CLIENT_IP_HEADER = 'x-tollkeeper-client-ip';
/** The one client that may begin a device login. */
const DEVICE_CLIENT = 'tollkeeper-cli';

/** The longest that an organization may allow; each ends sessions sooner by its own setting. */
const SESSION_S = 30 * 86_400;

/** Who people are: email, password, second factors. Nobody signs up here, see `setup`. */
export function createAuth({ db, baseUrl, secret, log, clock }: AuthOptions) {
  return betterAuth({
    baseURL: new URL(baseUrl).origin,
    basePath: '/api/auth',
    secret,
    database: authAdapter(db, {
      provider: 'pg',
      schema: { user, session, account, verification, twoFactor, passkey, deviceCode },
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 12,
      maxPasswordLength: 128,
      password: { verify: verifyAndNote },
    },
    plugins: plugins(baseUrl),
    session: {
      expiresIn: SESSION_S,
      updateAge: 86_400,
      freshAge: 0,
      additionalFields: SESSION_FIELDS,
    },
    databaseHooks: {
      session: {
        create: {
          before: async (created, endpoint) => {
            const data = newSessionFacts(created, endpoint, clock());
            const request = currentAuthRequest();
            if (request) {
              request.opened = { userId: created.userId, factors: data.factors };
              await confirmInside(request, created.userId);
            }
            return { data };
          },
        },
      },
    },
    rateLimit: authRateLimit(createAttempts(db, secret)),
    advanced: {
      cookiePrefix: 'tollkeeper',
      // Only below the path of the base URL: the rest of the host belongs to others.
      defaultCookieAttributes: { path: new URL(baseUrl).pathname },
      useSecureCookies: baseUrl.startsWith('https:'),
      ipAddress: { ipAddressHeaders: [CLIENT_IP_HEADER] },
    },
    telemetry: { enabled: false },
    logger: authLogger(log),
  });
}

/** Notes the hash, so that nothing is written once the password was changed in the meantime. */
async function verifyAndNote(given: { hash: string; password: string }): Promise<boolean> {
  const isRight = await verifyPassword(given);
  const request = currentAuthRequest();
  if (request && isRight) request.matchedHash = given.hash;
  return isRight;
}

function plugins(baseUrl: string) {
  return [
    twoFactors({ issuer: 'Tollkeeper' }),
    passkeys({
      rpID: new URL(baseUrl).hostname,
      rpName: 'Tollkeeper',
      origin: new URL(baseUrl).origin,
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      registration: {
        afterVerification: ({ verification }) =>
          requireUserVerified(verification.registrationInfo?.userVerified),
      },
      authentication: {
        afterVerification: ({ verification }) =>
          requireUserVerified(verification.authenticationInfo.userVerified),
      },
    }),
    deviceAuthorization({
      verificationUri: `${baseUrl}/device`,
      expiresIn: '10m',
      interval: '2s',
      validateClient: (clientId) => clientId === DEVICE_CLIENT,
    }),
  ];
}

/** A passkey that asks nobody for a finger or a PIN proves only that somebody has the device. */
function requireUserVerified(isVerified: boolean | undefined): undefined {
  if (isVerified) return undefined;
  throw new APIError('UNAUTHORIZED', { message: 'The passkey did not verify its user' });
}

export type Auth = ReturnType<typeof createAuth>;

type Level = 'debug' | 'info' | 'warn' | 'error';

/** What anyone can cause by a wrong password or an invented passkey: nothing failed here. */
const CALLERS_FAULT = /^(Invalid|Failed to verify|User not found|Password (not found|is too))/;

/** Better Auth's log lines, at the level that they have for an operator. */
function authLogger(log: Logger) {
  return {
    level: 'warn',
    // Only the text: what follows it may hold addresses and tokens of people.
    log(level: Level, message: unknown) {
      const text = typeof message === 'string' ? message : 'Better Auth logged no text';
      const operatorLevel = level === 'error' ? 'error' : 'warn';
      log[CALLERS_FAULT.test(text) ? 'info' : operatorLevel]({ part: 'sessions' }, text);
    },
  } as const;
}

/**
 * Better Auth's own limits, by address and path, in the table that bounds what strangers store.
 * Guesses at passwords and codes have limits of their own (`http/guess-limit.ts`): by address alone,
 * one stranger behind an unknown proxy would lock everyone out.
 */
function authRateLimit(attempts: Attempts) {
  return {
    enabled: true,
    window: 60,
    max: 300,
    customRules: {
      '/sign-in/email': false,
      '/change-password': false,
      '/two-factor/*': false,
    },
    customStorage: {
      async consume(key: string, { window, max }: { window: number; max: number }) {
        const limit = { scope: 'auth/network', subject: key, max, windowMs: window * 1000 };
        const taken = await attempts.take([limit]);
        return taken.outcome === 'taken'
          ? { allowed: true, retryAfter: null }
          : { allowed: false, retryAfter: taken.waitS };
      },
    },
  } as const;
}
