/** Addresses of an upstream in the head of its answer, as its clients can use them. */
import { isBelow } from '../config/route-path.ts';
import type { Head } from '../request/head.ts';
import type { Route } from '../request/routes.ts';
import { publicPrefix } from './request-headers.ts';
import { basePath } from './target.ts';

export type AddressHeader = 'reference' | 'refresh' | 'cookie';

/** Where the upstream and its clients see the same things. */
export interface AddressMap {
  /** The request, as the upstream received it. */
  readonly sentTo: string;
  /** By which the upstream may know itself. */
  readonly ownOrigins: readonly string[];
  readonly upstreamHost: string;
  /** The path below which the upstream receives all requests of the route. */
  readonly base: string;
  /** The path that replaces it in the addresses of clients. */
  readonly prefix: string;
  /** The name that the client used. */
  readonly publicHost: () => string;
}

/** What an upstream was sent. */
interface Sent {
  readonly upstream: URL;
  readonly host: string;
  /** Path and query. */
  readonly path: string;
}

export function addressMap(
  { upstream, host, path }: Sent,
  head: Head,
  route: Route,
  isTrusted: boolean,
): AddressMap {
  const preserved = URL.parse(`${upstream.protocol}//${host}`)?.origin;
  return {
    sentTo: upstream.origin + path,
    ownOrigins: [upstream.origin, ...(preserved === undefined ? [] : [preserved])],
    upstreamHost: upstream.hostname,
    base: basePath(upstream),
    prefix: publicPrefix(head, route, isTrusted),
    publicHost: () => hostnameOf((isTrusted && head.forwardedHost) || head.host),
  };
}

function hostnameOf(host: string): string {
  return URL.parse(`http://${host}`)?.hostname ?? '';
}

/** The value as clients can use it; as it is where it names nothing of the upstream's own. */
export function publicValue(kind: AddressHeader, value: string, map: AddressMap): string {
  switch (kind) {
    case 'reference':
      return publicReference(value, map);
    case 'refresh':
      return publicRefresh(value, map);
    case 'cookie':
      return publicCookie(value, map);
  }
}

const ABSOLUTE = /^(?:[a-z][a-z0-9+.-]*:|[/\\]{2})/i;

/**
 * A reference without a host: clients resolve it against the address that they used. What the
 * gateway would take for its public name comes from the client, and an answer may be cached.
 */
function publicReference(value: string, { sentTo, ownOrigins, base, prefix }: AddressMap): string {
  if (value === '' || (base === prefix && !ABSOLUTE.test(value))) return value;
  const url = URL.parse(escapeBytes(value), sentTo);
  if (!url || !ownOrigins.includes(url.origin)) return value;
  const path = publicPath(url.pathname, base, prefix);
  if (path === undefined) return value;
  // Two slashes would begin a host.
  return `${path.startsWith('//') ? '/.' : ''}${path || '/'}${url.search}${url.hash}`;
}

/** As browsers read it: seconds, a separator, perhaps `url=`, and perhaps quotes. */
const REFRESH = /^[\d.]+[ \t]*[;,]?[ \t]*(?:url[ \t]*=[ \t]*)?/i;

function publicRefresh(value: string, map: AddressMap): string {
  const [start = ''] = REFRESH.exec(value) ?? [];
  const rest = value.slice(start.length);
  const quote = /^["']/.exec(rest)?.[0];
  const reference = quote === undefined ? rest : (rest.split(quote, 2)[1] ?? '');
  const changed = publicReference(reference, map);
  return changed === reference ? value : start + changed;
}

function publicCookie(value: string, map: AddressMap): string {
  // Browsers take these for the whole of one host only: neither attribute can be another.
  if (/^__host-/i.test(value)) return value;
  const [pair = '', ...attributes] = value.split(';');
  const changed = attributes.flatMap((attribute) => {
    const end = attribute.indexOf('=');
    // Without a regular expression: the upstream may send any number of spaces.
    const name = attribute.slice(0, Math.max(end, 0)).trim();
    const text = attribute.slice(end + 1).trim();
    switch (name.toLowerCase()) {
      case 'path':
        return ` ${name}=${cookiePath(text, map)}`;
      case 'domain':
        return isForeignDomain(text, map) ? [] : attribute;
      default:
        return attribute;
    }
  });
  return [pair, ...changed].join(';');
}

function cookiePath(path: string, { base, prefix }: AddressMap): string {
  if (base === prefix || !path.startsWith('/')) return path;
  const mapped = publicPath(path === '/' ? '' : path, base, prefix);
  if (mapped !== undefined) return mapped || '/';
  return isBelow(base, path.replace(/\/$/, '')) ? prefix || '/' : path;
}

/** Whether it takes in the upstream but not the public name: browsers would refuse the cookie. */
function isForeignDomain(domain: string, { upstreamHost, publicHost }: AddressMap): boolean {
  const name = domain.replace(/^\./, '').toLowerCase();
  return isWithin(upstreamHost, name) && !isWithin(publicHost(), name);
}

function isWithin(host: string, domain: string): boolean {
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

/**
 * Undefined where the path is not below the base. An upstream that knows its public path may have
 * put it in front already: the longer of both decides.
 */
function publicPath(path: string, base: string, prefix: string): string | undefined {
  if (prefix.length > base.length && isBelow(path, prefix)) return path;
  return isBelow(path, base) ? prefix + path.slice(base.length) : undefined;
}

/** An upstream may write UTF-8; the text is in latin1. */
function escapeBytes(text: string): string {
  return text.replace(
    /[\x80-\xff]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
