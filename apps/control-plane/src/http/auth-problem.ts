import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain-error.ts';
import { type Refusal, sendRefusal } from './problem.ts';

/** The states of a device login that its poller must tell apart (RFC 8628, 3.5). */
const DEVICE_STATES: Readonly<Record<string, string>> = {
  authorization_pending: 'The login waits for approval in the browser.',
  slow_down: 'The login waits for approval in the browser; ask less often.',
  expired_token: 'The login was not approved in time. Begin again.',
  access_denied: 'The login was denied in the browser.',
};

/** What was wrong, by Better Auth's code. */
const WRONG: ReadonlyMap<string, string> = new Map([
  ['INVALID_EMAIL_OR_PASSWORD', 'The email address or the password is wrong.'],
  ['INVALID_PASSWORD', 'The password is wrong.'],
  ['INVALID_CODE', 'The code is wrong, has expired, or was used before.'],
  ['INVALID_BACKUP_CODE', 'The backup code is wrong, or was used before.'],
  ['INVALID_TWO_FACTOR_COOKIE', 'The sign-in took too long. Begin again with your password.'],
]);

/** Better Auth's refusal in the words of the contract. */
export function refuseSession(
  request: FastifyRequest,
  reply: FastifyReply,
  response: Response,
  body: unknown,
) {
  const retryAfter = response.headers.get('x-retry-after');
  if (retryAfter) reply.header('retry-after', retryAfter);
  const refusal = refusalOf(response.status, fieldOf(body, 'error'));
  const detail = WRONG.get(fieldOf(body, 'code')) ?? refusal.detail;
  return sendRefusal(request, reply, { ...refusal, detail });
}

function refusalOf(status: number, state: string): Refusal {
  const waiting = DEVICE_STATES[state];
  if (waiting) return { code: 'device_login', detail: waiting, details: { state } };
  switch (status) {
    case 401:
      return {
        code: 'unauthenticated',
        detail: 'The sign-in details do not match, or your session has ended. Try again.',
      };
    case 403:
      return { code: 'unauthenticated', detail: 'Sign in first, and try again.' };
    case 429:
      return {
        code: 'rate_limited',
        detail: 'Too many attempts from this address.',
      };
    case 400:
    case 404:
    case 422:
      return {
        code: 'validation_failed',
        detail: 'A field is missing, wrong or outdated. Check what you gave.',
      };
    default:
      throw new DomainError('unavailable', 'Sessions do not work right now. Try again.', {
        cause: new Error(`Better Auth answered ${status}`),
      });
  }
}

function fieldOf(body: unknown, name: string): string {
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : '';
}
