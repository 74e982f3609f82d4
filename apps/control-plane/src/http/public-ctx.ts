import type { Route } from '@tollkeeper/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';
import { findSessionUser, type SessionRequest } from '../features/identity/index.ts';
import { requireSessionAllowedSomewhere } from '../features/security/index.ts';
import type { PublicCtx } from './handlers.ts';
import { originOf } from './origin.ts';
import { requireSameOrigin } from './same-origin.ts';
import type { ServerOptions } from './server-options.ts';

/** Context of a route that anyone may call. */
export function publicCtx(
  options: ServerOptions,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): PublicCtx {
  return {
    ...options,
    origin: originOf(request),
    findUser: async () => (route.optionalSession ? findAllowedUser(options, request) : undefined),
    setCookies: sessionRequest(options, request, reply).setCookies,
    rememberDevice: (email) => {
      request.provenEmail = email;
    },
  };
}

/** The user of the session, which must meet the rules that it meets at every other route. */
async function findAllowedUser(
  { auth, baseUrl, services: { db, clock } }: ServerOptions,
  request: FastifyRequest,
) {
  const user = await findSessionUser(auth, request.headers.cookie);
  if (!user) return undefined;
  requireSameOrigin(request, baseUrl);
  const use = { ...user, ip: request.ip, withoutSecondFactor: false };
  await requireSessionAllowedSomewhere(db, use, clock()).catch(passSuspended);
  return user;
}

/** An organization that suspended a member does not keep them from joining another. */
function passSuspended(error: unknown): void {
  if (!(error instanceof DomainError) || error.code !== 'member_suspended') throw error;
}

/** What a handler may read and set of the caller's session. */
export function sessionRequest(
  { auth }: ServerOptions,
  { headers, method }: FastifyRequest,
  reply: FastifyReply,
): SessionRequest {
  return {
    auth,
    cookie: headers.cookie ?? '',
    setCookies: (cookies) => void reply.header('set-cookie', cookies),
    isHead: method === 'HEAD',
  };
}
