import type { Readable } from 'node:stream';
import {
  type Accepted,
  type AuthorizationRequest,
  type Denial,
  UNAVAILABLE,
  watchKeys,
  watchValidity,
} from '@tollkeeper/gateway-core';
import { rangeContains } from '@tollkeeper/verify';
import { type Head, hasBody } from '../request/head.ts';
import type { Route } from '../request/routes.ts';
import { Answer } from './answer.ts';
import type { AnswerWatch } from './answer-watch.ts';
import type { Call, Ongoing } from './call.ts';
import { addIdentityHeaders } from './identity-headers.ts';
import { type AddressHeader, addressMap, publicValue } from './public-address.ts';
import { bodyTooLarge, requestBody } from './request-body.ts';
import { requestHeaders, requestTrailers } from './request-headers.ts';
import { type Repeatable, send } from './send.ts';
import { type Outgoing, sendAlone, sendWithTrailers } from './send-by-http.ts';
import { sendDenial } from './send-denial.ts';
import type { Services } from './services.ts';
import { sendUpgrade } from './tunnel.ts';
import type { Held } from './turn.ts';
import { bareHostname, basePath } from './upstreams.ts';

/** What is known of a request once it is accepted. */
export interface AuthorizedRequest {
  readonly head: Head;
  /** Path and query, as the client sent them. */
  readonly target: string;
  readonly peer: string;
  readonly route: Route;
  readonly upstream: URL;
  /** Undefined on an open route. */
  readonly caller:
    | { readonly request: AuthorizationRequest; readonly decision: Accepted }
    | undefined;
}

/** RFC 9110, 9.2.2; TRACE is not passed on. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
const KEY_STOPPED = 'request ended: its key was stopped';
const KEYS_GONE = 'request ended: the gateway can decide nothing any more';
const SENT_AGAIN = 'A request was sent again: the upstream closed its kept connection';

/** An accepted request on its way through. A class, since one is made for each. */
export class ProxyRequest implements Held, AnswerWatch, Ongoing, Repeatable {
  readonly #services: Services;
  readonly #call: Call;
  readonly #authorized: AuthorizedRequest;
  #answer: Answer | undefined;
  #sent: Outgoing | undefined;
  #denialAt: ((nowMs: number) => Denial | undefined) | undefined;

  constructor(services: Services, call: Call, authorized: AuthorizedRequest) {
    this.#services = services;
    this.#call = call;
    this.#authorized = authorized;
    call.ongoing = this;
  }

  /** The call is counted: the upstream may see it. */
  release(): void {
    try {
      this.#forward();
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    const { req, res } = this.#call;
    this.#services.log.error({ err: error }, 'request could not be forwarded');
    if (res.headersSent) req.socket.destroy();
    else sendDenial(this.#call, UNAVAILABLE);
  }

  answering(): void {
    const { res, startedAt, record } = this.#call;
    if (record) record.answeredAt = performance.now();
    if (this.#services.isDraining) res.shouldKeepAlive = false;
    this.#services.metrics.answered(startedAt);
  }

  upstreamFailed(error: Error, isTimeout: boolean, isCut: boolean): void {
    const code = isTimeout ? 'upstream_timeout' : 'upstream_failed';
    this.#services.metrics.upstreamFailed(code);
    if (this.#call.record) this.#call.record.code = code;
    const { origin: upstream } = this.#authorized.upstream;
    const message = isCut ? 'An upstream broke off' : 'An upstream failed';
    this.#services.log.warn({ upstream, err: error }, message);
  }

  endFailed(error: unknown): void {
    this.#services.log.error({ err: error }, 'answer could not be completed; connection closed');
  }

  publicValue(kind: AddressHeader, value: string): string {
    const { head, route } = this.#authorized;
    const sent = this.#sent;
    if (!route.rewriteAddresses || !sent) return value;
    return publicValue(kind, value, addressMap(sent, head, route, this.#isTrusted()));
  }

  recheck(nowMs: number): void {
    const { fleet, metrics, log } = this.#services;
    const { caller, route } = this.#authorized;
    this.#answer?.checkSilence(performance.now(), route.timeouts.idleMs);
    this.#denialAt ??= caller ? watchValidity(fleet, caller.request) : watchKeys(fleet);
    const denial = this.#denialAt(nowMs);
    if (!denial || !this.#answer) return;
    this.#call.ongoing = undefined;
    metrics.stopped(denial.code);
    if (this.#call.record) this.#call.record.code = denial.code;
    const keyId = caller?.decision.key.keyId;
    log.info({ keyId, code: denial.code }, caller ? KEY_STOPPED : KEYS_GONE);
    this.#answer.stop(denial);
  }

  /** On a connection of its own, so that it ends with this one. It was counted when it came. */
  sendAgain(error: Error): void {
    const { log, nowMs } = this.#services;
    const { head, upstream } = this.#authorized;
    try {
      this.recheck(nowMs());
      if (!this.#answer || !this.#sent || this.#answer.isOver) return;
      log.info({ upstream: upstream.origin, err: error }, SENT_AGAIN);
      sendAlone(this.#sent, head, this.#answer);
    } catch (fault) {
      this.fail(fault);
    }
  }

  #forward(): void {
    const { res, upgrade, record } = this.#call;
    const { head, route } = this.#authorized;
    // Gone meanwhile: nothing would tell of it any more.
    if (res.destroyed) return;
    if (Number(head.contentLength ?? 0) > route.bodyBytesMax) {
      this.answering();
      sendDenial(this.#call, bodyTooLarge(route.bodyBytesMax));
      return;
    }
    if (record) record.forwardedAt = performance.now();
    const answer = new Answer(this.#call, this);
    this.#answer = answer;
    const outgoing = this.#outgoing();
    this.#sent = outgoing;
    if (upgrade) sendUpgrade(outgoing, head, upgrade, answer, record);
    else if (!hasBody(head)) this.#send(outgoing, null, answer);
    else if (head.trailer === '') this.#send(outgoing, this.#body(), answer);
    else sendWithTrailers(outgoing, this.#body(), head.trailer, () => this.#trailers(), answer);
  }

  #send(outgoing: Outgoing, body: Readable | null, answer: Answer): void {
    const { route } = this.#authorized;
    const { path, method, timeouts } = outgoing;
    const headersTimeout = timeouts.responseMs;
    const { preserveHost } = route;
    const headers = preserveHost ? ['Host', outgoing.host, ...outgoing.headers] : outgoing.headers;
    // Else undici would take the name for TLS from Host.
    const servername = preserveHost ? bareHostname(outgoing.upstream) : null;
    // Silence is looked for by `recheck`: only an answer's head says whether it may be silent.
    const request = { path, method, headers, body, headersTimeout, bodyTimeout: 0, servername };
    const repeatable = body === null && IDEMPOTENT.has(method) ? this : undefined;
    send(this.#services.upstreams.poolOf(route), request, answer, repeatable);
  }

  #outgoing(): Outgoing {
    const { req } = this.#call;
    const { head, target, peer, route, upstream, caller } = this.#authorized;
    const isTls = this.#services.live.config.tls !== null;
    const origin = { peer, isTrusted: this.#isTrusted(), isTls };
    const headers = requestHeaders(req.rawHeaders, head, route, origin);
    if (caller) addIdentityHeaders(headers, caller.decision);
    return {
      upstream,
      host: (route.preserveHost && head.host) || upstream.host,
      method: req.method ?? 'GET',
      path: pathFor(route, upstream, target),
      headers,
      timeouts: route.timeouts,
    };
  }

  #isTrusted(): boolean {
    const { trustedProxies } = this.#services.live.config;
    return trustedProxies.length > 0 && rangeContains(trustedProxies, this.#authorized.peer);
  }

  #body(): Readable {
    const { req, res, record } = this.#call;
    const { bodyBytesMax } = this.#authorized.route;
    const { bodyTimeoutMs } = this.#services.live.config.limits;
    const isWaiting = req.headers.expect !== undefined;
    const limits = { bytesMax: bodyBytesMax, idleMs: bodyTimeoutMs };
    const goOn = () => {
      if (isWaiting && !res.headersSent) res.writeContinue();
    };
    const body = requestBody(req, limits, goOn, record);
    // An upstream that was not reached never took it over, and would not end it.
    res.once('close', () => body.destroy());
    return body;
  }

  #trailers(): readonly string[] {
    return requestTrailers(this.#call.req.rawTrailers, this.#authorized.route);
  }
}

function pathFor({ path, stripPrefix }: Route, upstream: URL, target: string): string {
  const base = basePath(upstream);
  if (!stripPrefix) return base + target;
  const rest = target.slice(path.length);
  return rest.startsWith('/') ? base + rest : `${base}/${rest}`;
}
