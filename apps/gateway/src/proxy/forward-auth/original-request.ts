import type { IncomingMessage } from 'node:http';
import { EXT_AUTHZ, isBelow } from '../../config/route-path.ts';
import { originForm } from '../../request/framing.ts';
import { type Call, pathOf } from '../call.ts';

/** Path and query of the request that another proxy asks about, or why they are not known. */
export type OriginalTarget =
  | { readonly target: string }
  | { readonly fault: 'none' | 'several' | 'unreadable' | 'moved' };

/** How proxies name the original address: Traefik and Caddy, nginx by custom, ingress-nginx. */
const URI_HEADERS = new Set(['x-forwarded-uri', 'x-original-uri', 'x-original-url']);
/** From which upstreams take another path, or cut its beginning, however lenient they are with names. */
const MOVING_HEADER = /^(?:(?:x.)?script.name|path.info|x.rewrite.url)$/i;
/** As ingress-nginx writes it: with the Host of its client, which may hold anything. */
const WHOLE_URL = /^https?:\/\/(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~]+)(?::\d{1,5})?(\/.*)$/i;

/**
 * The request that is asked about: below `/ext-authz` the rest of the path (Envoy), else what the
 * proxy says in a header. Where several differ, none is believed: one of them may be its client's.
 */
export function originalTarget(req: IncomingMessage, host: string, target: string): OriginalTarget {
  if (isMoved(req.rawHeaders)) return { fault: 'moved' };
  if (isBelow(pathOf(target), EXT_AUTHZ)) {
    const rest = target.slice(EXT_AUTHZ.length);
    return readTarget(rest.startsWith('/') ? rest : `/${rest}`, host);
  }
  const targets = new Set<string>();
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i]?.toLowerCase() ?? '';
    if (!URI_HEADERS.has(name)) continue;
    const text = req.rawHeaders[i + 1] ?? '';
    targets.add(name === 'x-original-url' ? withoutOrigin(text) : text);
  }
  if (targets.size > 1) return { fault: 'several' };
  const [text] = targets;
  return text === undefined ? { fault: 'none' } : readTarget(text, host);
}

/** Whether the client names a path for the upstream, which the proxy passes on as it asks the gateway. */
function isMoved(rawHeaders: readonly string[]): boolean {
  return rawHeaders.some(
    (text, at) => at % 2 === 0 && MOVING_HEADER.test(text) && rawHeaders[at + 1] !== '',
  );
}

/**
 * The method of the request that is asked about: below `/ext-authz` the question's own (Envoy), else
 * what the header says that the configuration names. Empty where it says nothing, or two different things.
 */
export function originalMethod(
  { req }: Pick<Call, 'req'>,
  target: string,
  methodHeader: string | null,
): string {
  if (isBelow(pathOf(target), EXT_AUTHZ)) return req.method ?? '';
  const methods = new Set<string>();
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i]?.toLowerCase() ?? '';
    if (name === methodHeader) methods.add(req.rawHeaders[i + 1] ?? '');
  }
  const [method = ''] = methods;
  return methods.size === 1 ? method : '';
}

function readTarget(text: string, host: string): OriginalTarget {
  const target = originForm(text, host);
  return target === undefined ? { fault: 'unreadable' } : { target };
}

/** Empty where the path does not begin right after the host: what a `?` hides there is the path. */
function withoutOrigin(url: string): string {
  return url.startsWith('/') ? url : (WHOLE_URL.exec(url)?.[1] ?? '');
}
