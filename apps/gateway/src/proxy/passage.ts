import type { Readable } from 'node:stream';
import {
  type Accepted,
  type Question,
  type Refusal,
  UNAVAILABLE,
  watchValidity,
} from '@tollkeeper/fleet';
import { rangeContains } from '@tollkeeper/verify';
import { addIdentityHeaders } from '../decide/identity-headers.ts';
import { type Head, hasBody } from '../request/head.ts';
import type { Route } from '../request/routes.ts';
import { Answer, type AnswerWatch } from './answer.ts';
import type { Call, Ongoing } from './call.ts';
import { bodyTooLarge, requestBody } from './request-body.ts';
import { requestHeaders, requestTrailers } from './request-headers.ts';
import { type Repeatable, send } from './send.ts';
import { type Outgoing, sendAlone, sendWithTrailers } from './send-by-http.ts';
import { sendRefusal } from './send-refusal.ts';
import type { Services } from './services.ts';
import { sendUpgrade } from './tunnel.ts';
import type { Held } from './turn.ts';

/** What is known of a request once it is accepted. */
export interface Accepting {
  readonly head: Head;
  /** Path and query, as the client sent them. */
  readonly target: string;
  readonly peer: string;
  readonly route: Route;
  readonly upstream: URL;
  readonly question: Question;
  readonly verdict: Accepted;
}

/** RFC 9110, 9.2.2; TRACE is not passed on. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
const SENT_AGAIN = 'A request was sent again: the upstream closed its kept connection';

/** An accepted request on its way through. A class, since one is made for each. */
export class Passage implements Held, AnswerWatch, Ongoing, Repeatable {
  readonly #services: Services;
  readonly #call: Call;
  readonly #accepting: Accepting;
  #answer: Answer | undefined;
  #sent: Outgoing | undefined;
  #refusalAt: ((nowMs: number) => Refusal | undefined) | undefined;

  constructor(services: Services, call: Call, accepting: Accepting) {
    this.#services = services;
    this.#call = call;
    this.#accepting = accepting;
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
    this.#services.log.error({ err: error }, 'A request could not be passed on');
    if (res.headersSent) req.socket.destroy();
    else sendRefusal(req, res, UNAVAILABLE);
  }

  answering(): void {
    const { res, startedAt } = this.#call;
    if (this.#services.isDraining) res.shouldKeepAlive = false;
    this.#services.metrics.answered(startedAt);
  }

  upstreamFailed(error: Error, isTimeout: boolean, isCut: boolean): void {
    this.#services.metrics.upstreamFailed(isTimeout ? 'upstream_timeout' : 'upstream_failed');
    const { origin: upstream } = this.#accepting.upstream;
    const message = isCut ? 'An upstream broke off' : 'An upstream failed';
    this.#services.log.warn({ upstream, err: error }, message);
  }

  endFailed(error: unknown): void {
    this.#services.log.error({ err: error }, 'An answer could not be ended, and was cut');
  }

  recheck(nowMs: number): void {
    const { fleet, metrics, log } = this.#services;
    const { question, verdict } = this.#accepting;
    this.#refusalAt ??= watchValidity(fleet, question);
    const refusal = this.#refusalAt(nowMs);
    if (!refusal || !this.#answer) return;
    this.#call.ongoing = undefined;
    metrics.stopped(refusal.code);
    const { keyId } = verdict.key;
    log.info({ keyId, code: refusal.code }, 'A call under way was ended: its key was stopped');
    this.#answer.stop(refusal);
  }

  /** On a connection of its own, so that it ends with this one. It was counted when it came. */
  sendAgain(error: Error): void {
    const { log, nowMs } = this.#services;
    const { head, upstream } = this.#accepting;
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
    const { req, res, asked } = this.#call;
    const { head, route } = this.#accepting;
    // Gone meanwhile: nothing would tell of it any more.
    if (res.destroyed) return;
    if (Number(head.contentLength ?? 0) > route.bodyBytesMax) {
      this.answering();
      sendRefusal(req, res, bodyTooLarge(route.bodyBytesMax));
      return;
    }
    const answer = new Answer(req, res, this);
    this.#answer = answer;
    const outgoing = this.#outgoing();
    this.#sent = outgoing;
    if (asked) sendUpgrade(outgoing, head, asked, answer);
    else if (!hasBody(head)) this.#send(outgoing, null, answer);
    else if (head.trailer === '') this.#send(outgoing, this.#body(), answer);
    else sendWithTrailers(outgoing, this.#body(), head.trailer, () => this.#trailers(), answer);
  }

  #send(outgoing: Outgoing, body: Readable | null, answer: Answer): void {
    const { route } = this.#accepting;
    const { path, method, headers, timeouts } = outgoing;
    const { responseMs: headersTimeout, idleMs: bodyTimeout } = timeouts;
    const request = { path, method, headers, body, headersTimeout, bodyTimeout };
    const repeatable = body === null && IDEMPOTENT.has(method) ? this : undefined;
    send(this.#services.upstreams.poolOf(route), request, answer, repeatable);
  }

  #outgoing(): Outgoing {
    const { req } = this.#call;
    const { head, target, peer, route, upstream, verdict } = this.#accepting;
    const { trustedProxies, tls } = this.#services.live.config;
    const isTrusted = trustedProxies.length > 0 && rangeContains(trustedProxies, peer);
    const origin = { peer, isTrusted, isTls: tls !== null };
    const headers = requestHeaders(req.rawHeaders, head, route, origin);
    addIdentityHeaders(headers, verdict);
    return {
      upstream,
      method: req.method ?? 'GET',
      path: pathFor(route, upstream, target),
      headers,
      timeouts: route.timeouts,
    };
  }

  #body(): Readable {
    const { req, res } = this.#call;
    const { bodyBytesMax } = this.#accepting.route;
    const { bodyTimeoutMs } = this.#services.live.config.limits;
    const isWaiting = req.headers.expect !== undefined;
    const body = requestBody(req, { bytesMax: bodyBytesMax, idleMs: bodyTimeoutMs }, () => {
      if (isWaiting && !res.headersSent) res.writeContinue();
    });
    // An upstream that was not reached never took it over, and would not end it.
    res.once('close', () => body.destroy());
    return body;
  }

  #trailers(): readonly string[] {
    return requestTrailers(this.#call.req.rawTrailers, this.#accepting.route);
  }
}

function pathFor({ path, stripPrefix }: Route, { pathname }: URL, target: string): string {
  const base = pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  if (!stripPrefix) return base + target;
  const rest = target.slice(path.length);
  return rest.startsWith('/') ? base + rest : `${base}/${rest}`;
}
