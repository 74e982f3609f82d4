import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CLIENT_IP_HEADER } from '../features/identity/auth.ts';
import { DomainError } from '../kernel/domain-error.ts';
import { sendRefusal } from './problem.ts';
import { requireSameOrigin } from './same-origin.ts';
import type { ServerOptions } from './server.ts';

/**
 * The few of Better Auth's endpoints that the pages need. The others stay shut: some of them
 * answer with session tokens in clear, or change a user without an audit event.
 */
const OPEN = ['sign-in/email', 'sign-out', 'revoke-sessions'];

export function registerAuthRoutes(app: FastifyInstance, options: ServerOptions): void {
  for (const name of OPEN) {
    app.post(`/api/auth/${name}`, (request, reply) => pass(options, request, reply));
  }
}

async function pass(
  { auth, baseUrl }: ServerOptions,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  requireSameOrigin(request, baseUrl);
  const response = await auth.handler(toWebRequest(request, baseUrl));
  reply.status(response.status);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  if (response.ok) return {};
  return refuse(request, reply, response);
}

/** Better Auth checks Origin against its own address; that it is ours was checked before. */
function toWebRequest(request: FastifyRequest, baseUrl: string): Request {
  return new Request(new URL(request.url, baseUrl), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin: new URL(baseUrl).origin,
      [CLIENT_IP_HEADER]: request.ip,
      ...(request.headers.cookie ? { cookie: request.headers.cookie } : {}),
      ...(request.headers['user-agent'] ? { 'user-agent': request.headers['user-agent'] } : {}),
    },
    body: JSON.stringify(request.body ?? {}),
  });
}

function refuse(request: FastifyRequest, reply: FastifyReply, response: Response) {
  const retryAfter = response.headers.get('x-retry-after');
  if (retryAfter) reply.header('retry-after', retryAfter);
  switch (response.status) {
    case 401:
      return sendRefusal(request, reply, {
        code: 'unauthenticated',
        detail: 'The email address and the password do not belong together. Try again.',
      });
    case 429:
      return sendRefusal(request, reply, {
        code: 'rate_limited',
        detail: 'Too many attempts from this address. Wait a minute and try again.',
      });
    case 400:
    case 422:
      return sendRefusal(request, reply, {
        code: 'validation_failed',
        detail: 'An email address and a password are needed.',
      });
    default:
      throw new DomainError('unavailable', 'Sessions do not work right now. Try again.', {
        cause: new Error(`Better Auth answered ${response.status}`),
      });
  }
}
