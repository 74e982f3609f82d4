/** Decisions for other proxies: nginx auth_request, Traefik, Caddy, Envoy ext_authz. */

import {
  type Accepted,
  authorizeBy,
  type CallFacts,
  type Denial,
  hasKey,
  KEY_IN_URL,
  NO_KEYS,
  UNAVAILABLE,
} from '@tollkeeper/gateway-core';
import { type IpRange, rangeContains } from '@tollkeeper/verify';
import type { OriginalRequest } from '../../access-log/call-record.ts';
import type { Config } from '../../config/config.ts';
import { EXT_AUTHZ, isBelow } from '../../config/route-path.ts';
import { clientAddress } from '../../request/client-address.ts';
import type { Cors } from '../../request/cors.ts';
import type { Head } from '../../request/head.ts';
import { findRoute, findSecret, NO_ROUTE, type Route } from '../../request/routes.ts';
import {
  accept,
  type Call,
  decided,
  malformed,
  pathOf,
  peerOf,
  refuse,
  refuseDenied,
} from '../call.ts';
import { addIdentityHeaders, NOBODY } from '../identity-headers.ts';
import { isPreflightOf } from '../preflight.ts';
import { discardBody } from '../request-body.ts';
import type { Services } from '../services.ts';
import { whenDecided } from '../when-decided.ts';
import { type OriginalTarget, originalMethod, originalTarget } from './original-request.ts';

const FAULTS = {
  several: malformed(
    'X-Forwarded-Uri, X-Original-URI and X-Original-URL name different addresses. Send none of them: the proxy before the gateway sets the one that it uses.',
  ),
  none: malformed(
    'The proxy does not say what was asked for: it must set X-Forwarded-Uri, X-Original-URI or X-Original-URL.',
  ),
  moved: malformed(
    'SCRIPT_NAME, PATH_INFO, X-Script-Name or X-Rewrite-URL names a path, which the upstream may take for that of the request. Send none of them.',
  ),
  unreadable: malformed('The original address must be a plain path, the same for every reader.'),
};
const NOWHERE: Denial = {
  code: 'not_found',
  detail: 'No route of the gateway is for the original address. Check the path.',
};

/** 200 with whose call it is, or the denial that the proxy should answer with. */
export function answerForwardAuth(
  services: Services,
  call: Call,
  head: Head,
  target: string,
): void {
  const { config } = services.live;
  const original = originalTarget(call.req, head.host, target);
  if (call.record) call.record.original = originalRequest(services, call, original, target);
  const asked = findAsked(services, original);
  if ('code' in asked) {
    refuse(services, call, asked);
    return;
  }
  if ('path' in asked) call.route = asked;
  if (asked.cors && allowPreflight(services, call, asked.cors, target)) return;
  if (asked.isOpen && isBelieved(services, call, target)) {
    releaseOpen(services, call);
    return;
  }
  const secret = findSecret(call.req, head, asked);
  if (typeof secret !== 'string') {
    refuse(services, call, secret);
    return;
  }
  const ip = originalAddress(peerOf(call.req), head.forwardedFor, config.trustedProxies);
  const { required } = asked;
  const facts = originalFacts(services, call, head, target, { original, asked });
  const { rawHeaders } = call.req;
  const request = { secret, ip, required, call: facts, rawHeaders };
  const { limiter, fleet } = services;
  const deciding = authorizeBy({ limiter }, fleet, request, services.nowMs());
  whenDecided(services, call, deciding, (decision) => {
    if (decision.code === 'valid') release(services, call, decision);
    else refuseDenied(services, call, decision);
  });
}

/**
 * Where the original request comes from; empty unless a trusted proxy says it. Never the address of
 * the proxy itself: a key that is bound to the own network would then work from anywhere.
 */
function originalAddress(peer: string, forwardedFor: string, trusted: readonly IpRange[]): string {
  const isTold = forwardedFor !== '' && rangeContains(trusted, peer);
  return isTold ? clientAddress(peer, forwardedFor, trusted) : '';
}

/**
 * What policies can ask about the original request: nothing unless a trusted proxy says what it was,
 * since another one may pass on what its client wrote.
 */
function originalFacts(
  { live }: Services,
  call: Call,
  head: Head,
  target: string,
  { original, asked }: { original: OriginalTarget; asked: Route | typeof NO_ROUTE },
): CallFacts | undefined {
  if (!('target' in original) || !isToldByTrusted(live.config, call, target)) return undefined;
  // Policies may ask for the body, which the proxy keeps.
  if ('path' in asked && asked.inspect) return undefined;
  return {
    method: originalMethod(call, target, live.config.methodHeader),
    path: pathOf(original.target),
    host: isBelow(pathOf(target), EXT_AUTHZ) ? head.host : head.forwardedHost,
    routePath: 'path' in asked ? asked.path || '/' : '',
    rawHeaders: call.req.rawHeaders,
  };
}

function originalRequest(
  { live }: Services,
  call: Call,
  original: OriginalTarget,
  target: string,
): OriginalRequest {
  return {
    endpoint: isBelow(pathOf(target), EXT_AUTHZ) ? 'ext-authz' : 'forward-auth',
    method: originalMethod(call, target, live.config.methodHeader),
    path: 'target' in original ? original.target : undefined,
  };
}

/** What the original request must hold. Without routes, no more than every call needs. */
function findAsked({ live }: Services, original: OriginalTarget): Route | typeof NO_ROUTE | Denial {
  const isAnywhere = live.routes.length === 0;
  if ('fault' in original) {
    return isAnywhere && original.fault === 'none' ? NO_ROUTE : FAULTS[original.fault];
  }
  if (hasKey(original.target)) return KEY_IN_URL;
  const route = findRoute(live.routes, pathOf(original.target));
  if (route === 'ambiguous') return FAULTS.unreadable;
  if (route !== 'none') return route;
  return isAnywhere ? NO_ROUTE : NOWHERE;
}

const UNTRUSTED =
  'an open route or a preflight needs a key: trustedProxies does not name the proxy that asks';

/**
 * Whether the address and method that a question names are the request's. Where they decide that no
 * key is needed, headers are believed only from a trusted proxy: another one may pass on what its
 * client wrote.
 */
function isBelieved({ live, log }: Services, { req }: Call, target: string): boolean {
  const peer = peerOf(req);
  if (isToldByTrusted(live.config, { req }, target)) return true;
  log.warn({ from: peer }, UNTRUSTED);
  return false;
}

/** Envoy asks with the request itself, in which a client's headers say nothing about the address. */
function isToldByTrusted(
  { trustedProxies }: Config,
  { req }: Pick<Call, 'req'>,
  target: string,
): boolean {
  return isBelow(pathOf(target), EXT_AUTHZ) || rangeContains(trustedProxies, peerOf(req));
}

/** The proxy may answer it by these headers; else the upstream does. @returns false for all others */
function allowPreflight(services: Services, call: Call, cors: Cors, target: string): boolean {
  const { origin } = call.req.headers;
  call.cors = cors.headersFor(origin);
  const method = originalMethod(call, target, services.live.config.methodHeader);
  if (!isPreflightOf(call.req, method)) return false;
  if (!isBelieved(services, call, target)) return false;
  decided(services, call, 'preflight');
  allow(services, call, [...NOBODY, ...cors.preflight(origin ?? '')]);
  return true;
}

/** Without a key, and not counted as a call. */
function releaseOpen(services: Services, call: Call): void {
  const keys = services.fleet.keys();
  if (typeof keys === 'string') {
    refuse(services, call, NO_KEYS[keys].denial);
    return;
  }
  decided(services, call, 'open');
  allow(services, call, [...NOBODY, ...(call.cors?.answer ?? [])]);
}

function release(services: Services, call: Call, decision: Accepted): void {
  accept(services, call, decision);
  services.hold({
    release() {
      const headers: string[] = [];
      addIdentityHeaders(headers, decision);
      // Said even where there is none: it takes the place of what the client claims.
      if (decision.key.workspaceId === null) headers.push('X-Tollkeeper-Workspace-Id', '');
      allow(services, call, [...headers, ...decision.rateLimit, ...(call.cors?.answer ?? [])]);
    },
    fail: (error) => {
      services.log.error({ err: error }, 'call could not be counted');
      refuse(services, call, UNAVAILABLE);
    },
  });
}

function allow(services: Services, call: Call, headers: readonly string[]): void {
  const { req, res, startedAt } = call;
  if (services.isDraining) res.shouldKeepAlive = false;
  res.writeHead(200, [...headers, 'Content-Length', '0', 'Cache-Control', 'no-store']);
  res.end();
  discardBody(req);
  services.metrics.answered(startedAt);
}
