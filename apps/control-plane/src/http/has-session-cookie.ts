import type { IncomingHttpHeaders } from 'node:http';

/** Whether a request presents a session, whatever it is worth. */
export function hasSessionCookie({ cookie = '' }: IncomingHttpHeaders): boolean {
  return /(?:^|;\s*)(?:__Secure-)?tollkeeper\.session_token=[^;]/.test(cookie);
}
