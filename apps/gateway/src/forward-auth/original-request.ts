import type { IncomingMessage } from 'node:http';
import { EXT_AUTHZ, isBelow } from '../config/route-path.ts';
import { pathOf } from '../proxy/call.ts';

/** What another proxy asks about. */
export interface Original {
  /** Path and query of the request that it holds; undefined when it does not say. */
  readonly target: string | undefined;
}

/** As Traefik and Caddy name it, and as nginx does by custom. */
const URI_HEADERS = ['x-forwarded-uri', 'x-original-uri'];

/**
 * The request that is asked about: below `/ext-authz` the rest of the path (Envoy), else what the
 * proxy says in a header. Undefined when it says two things: one of them may be its client's word.
 */
export function originalRequest(req: IncomingMessage, target: string): Original | undefined {
  if (isBelow(pathOf(target), EXT_AUTHZ)) {
    const rest = target.slice(EXT_AUTHZ.length);
    return { target: rest.startsWith('/') ? rest : `/${rest}` };
  }
  const said = new Set<string>();
  for (let i = 0; i < req.rawHeaders.length; i += 2) {
    const name = req.rawHeaders[i]?.toLowerCase() ?? '';
    if (URI_HEADERS.includes(name)) said.add(req.rawHeaders[i + 1] ?? '');
  }
  if (said.size > 1) return undefined;
  const [uri] = said;
  return { target: uri };
}
