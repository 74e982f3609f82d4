import { drizzleAdapter } from '@better-auth/drizzle-adapter';
import { betterAuth } from 'better-auth';
import type { Logger } from 'pino';
import type { Database } from '../../db/connect.ts';
import { account, rateLimit, session, user, verification } from '../../db/schema/index.ts';

export interface AuthOptions {
  readonly db: Database;
  readonly baseUrl: string;
  readonly secret: string;
  readonly log: Logger;
}

/** Carries the address that Fastify saw; whatever a client sends in it is overwritten. */
export const CLIENT_IP_HEADER = 'x-tollkeeper-client-ip';

const WEEK_S = 7 * 86_400;

/** Email, password and sessions. Nobody signs up here: the first owner comes by set-up. */
export function createAuth({ db, baseUrl, secret, log }: AuthOptions) {
  return betterAuth({
    baseURL: baseUrl,
    basePath: '/api/auth',
    secret,
    database: drizzleAdapter(db, {
      provider: 'pg',
      schema: { user, session, account, verification, rateLimit },
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 12,
      maxPasswordLength: 128,
    },
    session: { expiresIn: WEEK_S, updateAge: 86_400 },
    rateLimit: {
      enabled: true,
      storage: 'database',
      window: 60,
      max: 100,
      customRules: { '/sign-in/email': { window: 60, max: 10 } },
    },
    advanced: {
      cookiePrefix: 'tollkeeper',
      useSecureCookies: baseUrl.startsWith('https:'),
      ipAddress: { ipAddressHeaders: [CLIENT_IP_HEADER] },
    },
    telemetry: { enabled: false },
    logger: {
      level: 'warn',
      // Only the text: what follows it may hold addresses and tokens of people.
      log: (level, message) =>
        log[level === 'error' ? 'error' : 'warn']({ part: 'sessions' }, message),
    },
  });
}

export type Auth = ReturnType<typeof createAuth>;
