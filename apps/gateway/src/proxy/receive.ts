/** Takes each request: what cannot be read is refused, the rest is decided, counted, and passed on. */

import {
  type AuthorizationRequest,
  authorizeBy,
  type CallFacts,
  type Denial,
  findCaller,
  hasKey,
  KEY_IN_URL,
  NO_KEYS,
} from '@tollkeeper/gateway-core';
import { isReserved } from '../config/route-path.ts';
import { clientAddress } from '../request/client-address.ts';
import { isAsked } from '../request/connection-options.ts';
import { adoptForwarded } from '../request/forwarded.ts';
import { framingFault, originForm } from '../request/framing.ts';
import { type Head, hasBody, readHead } from '../request/head.ts';
import { findRoute, findSecret, NO_ROUTE, type Route } from '../request/routes.ts';
import type { AuthorizedRequest } from './authorized-request.ts';
import {
  accept,
  type Call,
  decided,
  malformed,
  pathOf,
  peerOf,
  refuse,
  refuseCounted,
  refuseDenied,
  refuseOnError,
} from './call.ts';
import { answerForwardAuth } from './forward-auth/answer-forward-auth.ts';
import { inspectCall } from './inspect-call.ts';
import { answerPreflight } from './preflight.ts';
import { ProxyRequest } from './proxy-request.ts';
import { isKeyInHead } from './request-headers.ts';
import { tooManyCalls } from './running-calls.ts';
import { sendMetadata } from './send-metadata.ts';
import type { Services } from './services.ts';
import { whenDecided } from './when-decided.ts';

const UNREADABLE = malformed('The address must be a plain path, the same for every reader.');
const KEY_MISPLACED = malformed(
  'An API key stood in Host, Upgrade, Trailer, Forwarded or X-Forwarded-*, where logs keep it. Revoke it, and send keys in the Authorization header.',
);
const NOWHERE: Denial = {
  code: 'not_found',
  detail: 'No route of the gateway leads there. Check the path.',
};
/**
 * A proxy that asks for decisions takes an upstream's 200 for permission: with forward
 * authentication off, no upstream ever answers at these addresses.
 */
const FORWARD_AUTH_OFF: Denial = {
  code: 'not_found',
  detail:
    'Forward authentication is off on this gateway, so nothing was checked. Set "forwardAuth: true" in gateway.yaml, or start the gateway without --upstream and routes.',
};
/** It would show the client what the gateway adds, the upstream's credentials among it. */
const NO_TRACE: Denial = { code: 'method_not_allowed', detail: 'TRACE is not passed on.' };

/** Clients that offer it do so with many requests, and send nothing ahead until they are answered. */
const H2C = /^[ \t]*h2c[ \t]*$/i;

/** Whether Node takes the request for one that could be upgraded. */
function isUpgradeOffered({ upgrade, connection }: Head): boolean {
  return upgrade !== '' && isAsked(connection, 'upgrade') && !H2C.test(upgrade);
}

export function receive(services: Services, call: Call): void {
  refuseOnError(services, call, () => {
    const head = readHead(call.req.rawHeaders);
    // Node drops what was sent behind it: its client shall not wait for an answer.
    if (!call.upgrade && isUpgradeOffered(head)) call.res.shouldKeepAlive = false;
    const target = isKeyInHead(head) ? KEY_MISPLACED : readTarget(call, head);
    adoptForwarded(head);
    if (services.live.config.forwardAuth && isForwardAuth(target)) {
      // Some proxies announce a body that they keep: what followed on the connection, the question
      // about another request, would be taken for it. The head is all that is needed.
      if (hasBody(head)) call.res.shouldKeepAlive = false;
      if (typeof target === 'string') answerForwardAuth(services, call, head, target);
      else refuseUnread(services, call, head, target);
    } else if (typeof target !== 'string') refuseUnread(services, call, head, target);
    else if (isForwardAuth(target)) {
      const from = peerOf(call.req);
      services.log.warn({ from }, 'request for a decision refused: forward authentication is off');
      refuse(services, call, FORWARD_AUTH_OFF);
    } else pass(services, call, head, target);
  });
}

/** Also what cannot be read: the path is not known then. */
function isForwardAuth(target: string | Denial): boolean {
  return typeof target !== 'string' || isReserved(pathOf(target));
}

/** Path and query, where the request can be read in one way only. */
function readTarget({ req }: Call, head: Head): string | Denial {
  const url = req.url ?? '';
  if (hasKey(url)) return KEY_IN_URL;
  const fault = framingFault(req, head);
  if (fault !== undefined) return malformed(`The request can be read in two ways: ${fault}.`);
  if (req.method === 'TRACE') return NO_TRACE;
  return originForm(url, head.host) ?? UNREADABLE;
}

/** With the CORS headers of its route, if its path can be read: a page shall see what was wrong. */
function refuseUnread(services: Services, call: Call, head: Head, denial: Denial): void {
  const target = originForm(call.req.url ?? '', head.host);
  const found = target === undefined ? 'none' : findRoute(services.live.routes, pathOf(target));
  if (typeof found !== 'string') {
    call.route = found;
    call.cors = found.cors?.headersFor(call.req.headers.origin);
  }
  refuse(services, call, denial);
}

function pass(services: Services, call: Call, head: Head, target: string): void {
  const { config, routes } = services.live;
  const found = findRoute(routes, pathOf(target));
  const route = typeof found === 'string' ? undefined : found;
  call.route = route;
  if (route?.cors) {
    if (answerPreflight(services, call, route.cors)) return;
    call.cors = route.cors.headersFor(call.req.headers.origin);
  }
  if (route?.isOpen) {
    passOpen(services, call, { head, target, route });
    return;
  }
  const secret = found === 'ambiguous' ? UNREADABLE : findSecret(call.req, head, route ?? NO_ROUTE);
  if (typeof secret !== 'string') {
    refuse(services, call, secret);
    return;
  }
  const peer = peerOf(call.req);
  const ip = clientAddress(peer, head.forwardedFor, config.trustedProxies);
  const { required } = route ?? NO_ROUTE;
  const request = { secret, ip, required, call: callFacts(call, head, target, route) };
  const received = { head, target, peer, route, request, body: undefined };
  if (route?.inspect) passInspected(services, call, { ...received, route });
  else decide(services, call, received);
}

/** A request with a key, until it is decided. */
interface Received extends Pick<AuthorizedRequest, 'head' | 'target' | 'peer' | 'body'> {
  /** Undefined where no route leads. */
  readonly route: Route | undefined;
  readonly request: AuthorizationRequest;
}

/** Nothing is read of the body of a call that is refused by its key. */
function passInspected(
  services: Services,
  call: Call,
  received: Received & { readonly route: Route },
): void {
  const { head, target, route, request } = received;
  const key = findCaller(services.fleet, request, services.nowMs());
  if (!key) {
    decide(services, call, { ...received, request: { ...request, call: undefined } });
    return;
  }
  inspectCall(services, call, { head, target, route, key }, (facts, body) => {
    const known = request.call && { ...request.call, body: facts };
    decide(services, call, { ...received, request: { ...request, call: known }, body });
  });
}

function decide(services: Services, call: Call, received: Received): void {
  const { head, target, peer, route, request, body } = received;
  const { callsMax } = services.live.config.perKey;
  const admit =
    callsMax === null
      ? undefined
      : (keyId: string) =>
          isRunning(call) || services.runningCalls.begin(call, keyId, callsMax)
            ? undefined
            : tooManyCalls(callsMax);
  const admission = { limiter: services.limiter, admit };
  const deciding = authorizeBy(admission, services.fleet, request, services.nowMs());
  whenDecided(services, call, deciding, (decision) => {
    if (decision.code !== 'valid') refuseDenied(services, call, decision);
    else if (!route?.upstream) refuseCounted(services, call, NOWHERE, decision.key.keyId);
    else {
      accept(services, call, decision);
      const caller = { request, decision };
      services.hold(new ProxyRequest(services, call, { head, target, peer, route, body, caller }));
    }
  });
}

/** Whether it is counted among the calls of its key already, since its body was read. */
function isRunning({ onEnd }: Call): boolean {
  return onEnd !== undefined;
}

/** What policies can ask about it. */
function callFacts({ req }: Call, head: Head, target: string, route: Route | undefined): CallFacts {
  const { method = '', rawHeaders } = req;
  return {
    method,
    path: pathOf(target),
    host: head.host,
    routePath: route ? route.path || '/' : '',
    rawHeaders,
  };
}

/** Without a key, and not counted as a call. While nothing can be decided, open routes are closed too. */
function passOpen(
  services: Services,
  call: Call,
  { head, target, route }: Pick<AuthorizedRequest, 'head' | 'target' | 'route'>,
): void {
  const { upstream, answer } = route;
  if (answer !== null && pathOf(target).replace(/\/$/, '') === route.path) {
    sendMetadata(services, call, answer);
    return;
  }
  const keys = services.fleet.keys();
  if (typeof keys === 'string') refuse(services, call, NO_KEYS[keys].denial);
  else if (!upstream) refuse(services, call, NOWHERE);
  else {
    decided(services, call, 'open');
    const peer = peerOf(call.req);
    const authorized = { head, target, peer, route, body: undefined, caller: undefined };
    new ProxyRequest(services, call, authorized).release();
  }
}
