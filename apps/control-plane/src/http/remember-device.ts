import type { RouteShorthandOptions } from 'fastify';
import { findSessionUser, findUserEmail, trimSessions } from '../features/identity/index.ts';
import type { GuessOptions } from './guess-limit.ts';

const SESSION = /^[^=;]*session_token=[^;]+/;

/**
 * Makes a device known to the account of the session that an answer opens on it, and ends the oldest
 * sessions of an account that has too many.
 */
export function rememberDevice({ services, auth, devices }: GuessOptions): RouteShorthandOptions {
  return {
    async onSend(request, reply, payload) {
      const set = [reply.getHeader('set-cookie') ?? []].flat().map(String);
      const [session] = set.flatMap((line) => SESSION.exec(line) ?? []);
      if (session === undefined || reply.statusCode >= 400) return payload;
      const user = await findSessionUser(auth, session);
      if (!user) return payload;
      await trimSessions(services.db, user.userId);
      const email = await findUserEmail(services.db, user.userId);
      if (email) reply.header('set-cookie', devices.remember(request.headers.cookie, email));
      return payload;
    },
  };
}
