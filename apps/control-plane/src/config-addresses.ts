import { parseIpRange } from '@tollkeeper/verify';

/** What everything below the address is made from: no query, no credentials, no dot segments. */
export function isBaseUrl(text: string): boolean {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  const { username, password, search, hash, pathname } = url;
  const isPlain = username + password + search + hash === '' && !/[?#]$/.test(text);
  return isPlain && /^(?:\/[\w.~-]+)*\/?$/.test(pathname);
}

/** What listens there has an address that begins with it, unless another is set. */
export function isHost(text: string): boolean {
  return (
    URL.canParse(text.includes(':') ? `http://[${text}]` : `http://${text}`) && !/[/?#@]/.test(text)
  );
}

/** A server that trusted every address would accept X-Forwarded-For from anyone. */
export function isProxy(text: string): boolean {
  return parseIpRange(text) !== undefined && !text.endsWith('/0');
}

/** A server on a Unix socket has no host between "@" and "/", which no other URL may leave out. */
export function isConnectionString(text: string): boolean {
  return URL.canParse(text.replace('@/', '@socket/'));
}
