import type { Readable } from 'node:stream';
import { type Denial, UNAVAILABLE, watchKeys, watchValidity } from '@tollkeeper/gateway-core';
import { hasBody } from '../request/head.ts';
import type { Answer } from './answer.ts';
import type { AnswerWatch } from './answer-watch.ts';
import { type AuthorizedRequest, isTrustedPeer, outgoingOf } from './authorized-request.ts';
import { Attempts } from './balancing/attempts.ts';
import type { BalancedUpstream } from './balancing/balanced-upstreams.ts';
import type { Call, Ongoing } from './call.ts';
import { createAnswer } from './filtered-answer.ts';
import { isConnectionBroken, isKeptClosed } from './kept-connection.ts';
import { type AddressHeader, addressMap, publicValue } from './public-address.ts';
import { bodyTooLarge, requestBody } from './request-body.ts';
import { requestTrailers } from './request-headers.ts';
import { type Repeatable, send, type Waiting } from './send.ts';
import { type Outgoing, sendAlone, sendWithTrailers } from './send-by-http.ts';
import { sendDenial } from './send-denial.ts';
import type { Services } from './services.ts';
import type { Target } from './target.ts';
import { sendUpgrade } from './tunnel.ts';
import type { Held } from './turn.ts';

/** RFC 9110, 9.2.2; TRACE is not passed on. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
const KEY_STOPPED = 'request ended: its key was stopped';
const KEYS_GONE = 'request ended: the gateway can decide nothing any more';
const SENT_AGAIN = 'A request was sent again: the upstream closed its kept connection';
const SENT_TO_NEXT = 'A request was sent to the next upstream';
const NO_UPSTREAM: Denial = {
  code: 'no_upstream',
  detail: 'Every upstream of this route failed its health check. Try again later.',
};

/** An accepted request on its way through. A class, since one is made for each. */
export class ProxyRequest implements Held, AnswerWatch, Ongoing, Repeatable {
  readonly #services: Services;
  readonly #call: Call;
  readonly #authorized: AuthorizedRequest;
  #answer: Answer | undefined;
  #target: Target | undefined;
  /** Undefined on a route with one upstream. */
  #attempts: Attempts<BalancedUpstream> | undefined;
  #sent: Outgoing | undefined;
  #waiting: Waiting | undefined;
  #isSentAlone = false;
  /** The client's body, once the upstream reads it. */
  #upload: Readable | undefined;
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

  answering(status?: number): void {
    const { res, startedAt, record } = this.#call;
    if (record && status !== undefined) record.answeredAt = performance.now();
    if (status !== undefined) this.#attempts?.answered(status);
    if (this.#services.isDraining) res.shouldKeepAlive = false;
    this.#services.metrics.answered(startedAt);
  }

  upstreamFailed(error: Error, isTimeout: boolean, isCut: boolean): void {
    const code = isTimeout ? 'upstream_timeout' : 'upstream_failed';
    this.#services.metrics.upstreamFailed(code);
    if (this.#call.record) this.#call.record.code = code;
    if (!isCut && !this.#isByClient(error)) this.#attempts?.failed();
    const upstream = this.#target?.url.origin;
    const message = isCut ? 'An upstream broke off' : 'An upstream failed';
    this.#services.log.warn({ upstream, err: error }, message);
  }

  /**
   * Whether the connection broke for what the client sent. Upstreams may refuse an upgrade or a large
   * body in this way, so that any client could have every upstream ejected.
   */
  #isByClient(error: Error): boolean {
    if (!isConnectionBroken(error)) return false;
    if (!this.#upload) return this.#call.upgrade !== undefined;
    return !this.#upload.readableEnded || (error as NodeJS.ErrnoException).syscall === 'write';
  }

  endFailed(error: unknown): void {
    this.#services.log.error({ err: error }, 'answer could not be completed; connection closed');
  }

  publicValue(kind: AddressHeader, value: string): string {
    const { head, route, peer } = this.#authorized;
    const sent = this.#sent;
    if (!route.rewriteAddresses || !sent) return value;
    const isTrusted = isTrustedPeer(this.#services.live.config, peer);
    return publicValue(kind, value, addressMap(sent, head, route, isTrusted));
  }

  recheck(nowMs: number): void {
    const { fleet, metrics, log } = this.#services;
    const { caller, route } = this.#authorized;
    const { responseMs, idleMs } = route.timeouts;
    if (responseMs > 0) this.#waiting?.checkWait(performance.now(), responseMs);
    this.#answer?.checkSilence(performance.now(), idleMs);
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

  ended(): void {
    this.#answer?.clientGone();
  }

  /** It was counted when it came. */
  sendAgain(error: Error): boolean {
    try {
      return this.#sendAgain(error);
    } catch (fault) {
      this.fail(fault);
      return true;
    }
  }

  #sendAgain(error: Error): boolean {
    const { log, metrics, nowMs } = this.#services;
    const answer = this.#answer;
    if (!answer || answer.isOver) return false;
    const isKept = isKeptClosed(error);
    const upstream = this.#target?.url.origin;
    if (!isKept && !this.#isByClient(error)) this.#attempts?.failed();
    this.recheck(nowMs());
    if (answer.isOver) return true;
    const next = this.#attempts?.next();
    if (next) {
      this.#target = next;
      metrics.sentToNext();
      log.info({ upstream, err: error }, SENT_TO_NEXT);
      this.#send(next, answer);
      return true;
    }
    if (!isKept || this.#isSentAlone || !this.#sent) return false;
    // On a connection of its own, so that it ends with this one.
    this.#isSentAlone = true;
    log.info({ upstream, err: error }, SENT_AGAIN);
    sendAlone(this.#sent, this.#authorized.head, answer);
    return true;
  }

  #forward(): void {
    const { req, res, record } = this.#call;
    const { head, route } = this.#authorized;
    // Gone meanwhile: nothing would tell of it any more.
    if (res.destroyed || req.socket.destroyed) return;
    if (Number(head.contentLength ?? 0) > route.bodyBytesMax) {
      this.#deny(bodyTooLarge(route.bodyBytesMax));
      return;
    }
    const target = this.#choose();
    if (!target) {
      this.#deny(NO_UPSTREAM);
      return;
    }
    this.#target = target;
    if (record) record.forwardedAt = performance.now();
    this.#answer = createAnswer(this.#services, this.#call, this.#authorized, this);
    this.#send(target, this.#answer);
  }

  #deny(denial: Denial): void {
    this.answering();
    sendDenial(this.#call, denial);
  }

  #choose(): Target | undefined {
    const { upstreams } = this.#services;
    const { route } = this.#authorized;
    const balancer = route.balancing ? upstreams.balancerOf(route) : undefined;
    if (!balancer) return upstreams.targetOf(route);
    this.#attempts = new Attempts(balancer, this.#call);
    return this.#attempts.next();
  }

  #send(target: Target, answer: Answer): void {
    const { upgrade, record } = this.#call;
    const { head } = this.#authorized;
    const { config } = this.#services.live;
    const outgoing = outgoingOf(this.#call.req, this.#authorized, target, config);
    this.#sent = outgoing;
    if (upgrade) {
      const repeatable = this.#attempts && IDEMPOTENT.has(outgoing.method) ? this : undefined;
      sendUpgrade(outgoing, head, upgrade, answer, { record, repeatable });
    } else if (!hasBody(head)) this.#sendByPool(target, outgoing, null, answer);
    else if (head.trailer === '') this.#sendByPool(target, outgoing, this.#body(), answer);
    else sendWithTrailers(outgoing, this.#body(), head.trailer, () => this.#trailers(), answer);
  }

  #sendByPool({ pool }: Target, outgoing: Outgoing, body: Readable | null, answer: Answer): void {
    const repeatable = body === null && IDEMPOTENT.has(outgoing.method) ? this : undefined;
    this.#waiting = send(pool, outgoing, body, answer, repeatable);
  }

  #body(): Readable {
    const { req, res, record } = this.#call;
    const { route, body: inspected } = this.#authorized;
    if (inspected) {
      this.#upload = inspected.stream();
      return this.#upload;
    }
    const { bodyTimeoutMs } = this.#services.live.config.limits;
    const isWaiting = req.headers.expect !== undefined;
    const limits = { bytesMax: route.bodyBytesMax, idleMs: bodyTimeoutMs };
    const goOn = () => {
      this.#upload = body;
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
