import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';

export const DEFAULT_URL = 'http://127.0.0.1:7420';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The address of a server without a slash at its end. Throws Failure if it is no address. */
export function parseServerUrl(text: string): string {
  const url = URL.parse(text);
  const web = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !web || url.username || url.password || url.search || url.hash) {
    const advice = `Give one such as ${DEFAULT_URL}, without a user, query or fragment.`;
    throw new Failure(EXIT.usage, `The server's address cannot be used. ${advice}`);
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** Whether a password or key sent there could be read on the way. */
export function isSentInClear(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !LOOPBACK.has(hostname);
}

/** How a person would sign in to that server. */
export function loginCommand(url: string): string {
  return url === DEFAULT_URL ? 'tollkeeper login' : `tollkeeper login --url ${url}`;
}
