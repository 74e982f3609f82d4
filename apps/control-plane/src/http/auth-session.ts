import type { FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';
import {
  findSessionUser,
  findUserFactors,
  requireRecentSession,
  type SessionUser,
} from '../features/identity/index.ts';
import { requireSessionAllowedSomewhere } from '../features/security/index.ts';
import type { AuthEndpoint } from './auth-endpoints.ts';
import { hasSessionCookie } from './find-secret.ts';
import type { ServerOptions } from './server-options.ts';

interface AuthCaller {
  /** Whose session it is; undefined where the endpoint does without one. */
  readonly user: SessionUser | undefined;
  /** The cookies that Better Auth gets: without the session unless the endpoint may use it. */
  readonly cookie: string;
}

/**
 * Decides about the session before Better Auth sees it, which knows no rules of organizations.
 * @throws DomainError unauthenticated, recent_sign_in_required, and what the rules refuse
 */
export async function authCaller(
  { auth, services }: ServerOptions,
  endpoint: AuthEndpoint,
  request: FastifyRequest,
): Promise<AuthCaller> {
  const cookie = request.headers.cookie ?? '';
  const withoutSession = { user: undefined, cookie: dropSession(cookie) };
  if (endpoint.session === 'ignored') return withoutSession;
  const user = await findSessionUser(auth, cookie);
  if (endpoint.session === 'ended') return { user, cookie };
  if (!user) {
    if (endpoint.session === 'optional') return withoutSession;
    throw new DomainError(
      'unauthenticated',
      hasSessionCookie(request.headers)
        ? 'Your session has ended. Sign in again.'
        : 'Sign in first, and try again.',
    );
  }
  const use = {
    ...user,
    ip: request.ip,
    withoutSecondFactor: endpoint.withoutSecondFactor ?? false,
  };
  const now = services.clock();
  const allowed = requireSessionAllowedSomewhere(services.db, use, now);
  if (endpoint.session === 'optional') {
    const isAllowed = await allowed.then(
      () => true,
      () => false,
    );
    if (!isAllowed || (await isPastSetUp(services.db, endpoint, user))) return withoutSession;
  } else {
    await allowed;
  }
  if (endpoint.session === 'recent' || endpoint.name === 'two-factor/verify-totp') {
    await requireRecentSession(services.db, user.userId, user.session, now);
  }
  return { user, cookie };
}

/**
 * By session, a code is only ever given to set an authenticator app up. Later, Better Auth would
 * say of any number of guesses whether they are right.
 */
async function isPastSetUp(
  db: ServerOptions['services']['db'],
  { name }: AuthEndpoint,
  { userId }: SessionUser,
): Promise<boolean> {
  return name === 'two-factor/verify-totp' && (await findUserFactors(db, userId)).totp;
}

function dropSession(cookie: string): string {
  return cookie
    .split(';')
    .filter((pair) => !/^\s*(?:__Secure-)?tollkeeper\.session_(?:token|data)=/.test(pair))
    .join(';');
}
