import type { IncomingMessage } from 'node:http';
import type { Accepted, AuthorizationRequest } from '@tollkeeper/gateway-core';
import { rangeContains } from '@tollkeeper/verify';
import type { Config } from '../config/config.ts';
import type { InspectedBody } from '../inspect/inspected-body.ts';
import type { Head } from '../request/head.ts';
import type { Route } from '../request/routes.ts';
import { addIdentityHeaders } from './identity-headers.ts';
import { requestHeaders } from './request-headers.ts';
import type { Outgoing } from './send-by-http.ts';
import type { Target } from './target.ts';
import { bareHostname } from './upstreams.ts';

/** What is known of a request once it is accepted. */
export interface AuthorizedRequest {
  readonly head: Head;
  /** Path and query, as the client sent them. */
  readonly target: string;
  readonly peer: string;
  readonly route: Route;
  /** Set where it was read before the decision. */
  readonly body: InspectedBody | undefined;
  /** Undefined on an open route. */
  readonly caller:
    | { readonly request: AuthorizationRequest; readonly decision: Accepted }
    | undefined;
}

/** The request as the upstream receives it. */
export function outgoingOf(
  { rawHeaders, method = 'GET' }: IncomingMessage,
  { head, target, peer, route, caller }: AuthorizedRequest,
  { url: upstream, host, base }: Target,
  config: Config,
): Outgoing {
  const origin = { peer, isTrusted: isTrustedPeer(config, peer), isTls: config.tls !== null };
  const headers = requestHeaders(rawHeaders, head, route, origin);
  if (showsTools({ method }, { route, caller })) requireIdentity(headers);
  if (caller) addIdentityHeaders(headers, caller.decision);
  return {
    upstream,
    host: (route.preserveHost && head.host) || host,
    servername: route.preserveHost ? bareHostname(upstream) : null,
    method,
    path: pathFor(route, base, target),
    headers,
    timeouts: route.timeouts,
  };
}

/** Whether its answer may have the list of an MCP server's tools in it; a GET resumes answers to others. */
export function showsTools(
  { method }: Pick<IncomingMessage, 'method'>,
  { route, caller }: Pick<AuthorizedRequest, 'route' | 'caller'>,
): boolean {
  if (route.inspect !== 'mcp' || !caller) return false;
  return method === 'GET' || caller.request.call?.body?.mcp?.method === 'tools/list';
}

/** What is to be read of the answer must not be compressed. */
function requireIdentity(headers: string[]): void {
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (headers[at]?.toLowerCase() === 'accept-encoding') headers.splice(at, 2);
  }
  headers.push('Accept-Encoding', 'identity');
}

export function isTrustedPeer({ trustedProxies }: Config, peer: string): boolean {
  return trustedProxies.length > 0 && rangeContains(trustedProxies, peer);
}

function pathFor({ path, stripPrefix }: Route, base: string, target: string): string {
  if (!stripPrefix) return base + target;
  const rest = target.slice(path.length);
  return rest.startsWith('/') ? base + rest : `${base}/${rest}`;
}
