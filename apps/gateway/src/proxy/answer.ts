import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { Denial } from '@tollkeeper/gateway-core';
import { replaceCors } from '../request/cors.ts';
import {
  type AnswerHead,
  answerHead,
  answerTrailers,
  isEventStream,
  type RawHeaders,
} from './answer-headers.ts';
import type { AnswerWatch, Flow } from './answer-watch.ts';
import { ClientFault } from './client-fault.ts';
import { reclaimAfter } from './reclaim.ts';
import { type Exchange, sendDenial } from './send-denial.ts';
import { isTimeout, TimeoutError, upstreamDenial } from './upstream-failure.ts';

const CLIENT_GONE = new ClientFault();
const UNKNOWN = -1;
const SHORT_BYTES_MAX = 4096;

/** An upstream's answer on its way to the client, whatever fetches it. */
export class Answer {
  readonly #exchange: Exchange;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #watch: AnswerWatch;
  #flow: Flow | undefined;
  /** Bytes of the body still to come; UNKNOWN where it ends by itself. */
  #left = UNKNOWN;
  #begun = false;
  #over = false;
  #listens = false;
  #isPaused = false;
  /** Of its head, once that went out. */
  #headers: readonly string[] = [];
  #parts = 0;
  /** How many had come at the last look, and since when there were no more. */
  #partsSeen = -1;
  #silentSince = 0;

  constructor(exchange: Exchange, watch: AnswerWatch) {
    const { req, res } = exchange;
    this.#exchange = exchange;
    this.#req = req;
    this.#res = res;
    this.#watch = watch;
  }

  /** Whether nothing can be added any more: it has ended, or the client is gone. */
  get isOver(): boolean {
    return this.#over || this.#res.destroyed;
  }

  /** Takes the flow that will be paused, resumed and aborted; aborts at once if the client is gone. */
  attach(flow: Flow): void {
    if (this.#over) flow.abort(CLIENT_GONE);
    else this.#flow = flow;
  }

  /** The head for the client. @param withTrailers whether trailers may follow the body */
  headOf(status: number, raw: RawHeaders, withTrailers: boolean): AnswerHead {
    const head = answerHead(raw, status, withTrailers, this.#watch);
    // Beside those of the upstream: the fields are lists, which may come in several lines.
    const { rateLimit } = this.#exchange;
    if (rateLimit && (status === 101 || status >= 200)) head.headers.push(...rateLimit);
    return head;
  }

  /** Passes on what comes before the answer: early hints, processing. */
  inform(status: number, raw: RawHeaders): void {
    if (this.#begun || this.#over || this.#req.httpVersionMinor === 0) return;
    try {
      this.#res.writeInformation(status, this.headOf(status, raw, false).headers);
    } catch (cause) {
      this.#failToPass(cause);
    }
  }

  begin(status: number, reason: string | undefined, raw: RawHeaders): void {
    if (this.#over) return;
    try {
      this.#begin(status, reason, raw);
    } catch (cause) {
      this.#failToPass(cause);
    }
  }

  write(part: Buffer): void {
    if (this.#over) return;
    try {
      this.#write(part);
    } catch (cause) {
      this.#failToPass(cause);
    }
  }

  end(rawTrailers: RawHeaders): void {
    if (this.#over) return;
    try {
      this.#end(rawTrailers);
    } catch (cause) {
      this.#failToPass(cause);
    }
  }

  /** Ends what cannot be ended well: by a denial, or by cutting the connection after the head. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    try {
      this.#flow?.abort(error);
      this.#refuse(error);
    } catch (fault) {
      this.#watch.endFailed(fault);
      this.#cut();
    }
  }

  /**
   * Ends it if the upstream sends no part for too long. A stream of events may be silent, as long as
   * its client is there: then the kernel looks for the client.
   * @param nowMs by the clock that only runs forward
   */
  checkSilence(nowMs: number, idleMs: number): void {
    if (!this.#begun || this.#over || idleMs === 0) return;
    if (this.#partsSeen !== this.#parts || this.#isPaused) {
      this.#partsSeen = this.#parts;
      this.#silentSince = nowMs;
    } else if (nowMs - this.#silentSince >= idleMs) {
      this.#silentSince = nowMs;
      if (isEventStream(this.#headers)) this.#req.socket.setKeepAlive(true, idleMs);
      else this.fail(new TimeoutError('The upstream went silent'));
    }
  }

  /** Ends it although nothing failed, what was handed over too. */
  stop(denial: Denial): void {
    if (this.#over) this.#cut();
    else this.fail(new ClientFault(denial));
  }

  /** To be called when nothing more can reach the client: ends what still comes for it. */
  clientGone(): void {
    if (this.#over) return;
    this.#over = true;
    this.#flow?.abort(CLIENT_GONE);
  }

  /** Gives the client's connection to whom it is upgraded to; false when it is gone. */
  handOver(): boolean {
    const { socket } = this.#res;
    if (this.#over || !socket) return false;
    this.#over = true;
    this.#watch.answering(101);
    this.#res.detachSocket(socket);
    return true;
  }

  #begin(status: number, reason: string | undefined, raw: RawHeaders): void {
    if (status < 200) {
      // The client would take what follows for another protocol, or for another answer.
      this.fail(new Error(`The upstream answers with the status ${status} unasked`));
      return;
    }
    const isEmpty = this.#req.method === 'HEAD' || status === 204 || status === 304;
    const head = this.headOf(status, raw, !isEmpty && this.#req.httpVersionMinor === 1);
    if (head.coding !== undefined) {
      // Without its header the client would take the coded bytes for the content.
      this.fail(new Error(`The upstream sends Transfer-Encoding "${head.coding}" unasked`));
      return;
    }
    this.#watch.answering(status);
    const { cors } = this.#exchange;
    const headers = cors === undefined ? head.headers : replaceCors(head.headers, cors);
    this.#res.writeHead(status, reason ?? '', headers);
    this.#headers = headers;
    this.#begun = true;
    this.#left = isEmpty ? UNKNOWN : (head.contentLength ?? UNKNOWN);
    process.nextTick(flush, this.#res);
  }

  #write(part: Buffer): void {
    this.#parts++;
    const { record } = this.#exchange;
    if (record) record.bytesOut += part.length;
    if (this.#left !== UNKNOWN) this.#left -= part.length;
    if (this.#left === 0) {
      // In one with the end, for one write of the socket less: Node joins the head and a short text.
      this.#over = true;
      if (part.length > SHORT_BYTES_MAX) this.#res.end(part);
      else this.#res.end(part.toString('latin1'), 'latin1');
      return;
    }
    reclaimAfter(part.length);
    if (!this.#res.write(part)) this.#pause();
  }

  #end(rawTrailers: RawHeaders): void {
    if (this.#left > 0) {
      this.fail(new Error('The answer of the upstream is shorter than its Content-Length'));
      return;
    }
    if (rawTrailers.length > 0) this.#res.addTrailers(answerTrailers(rawTrailers));
    this.#over = true;
    this.#res.end();
  }

  /** What an upstream sent was not taken: that ends its answer, and nothing else. */
  #failToPass(cause: unknown): void {
    if (this.#over) this.#cut();
    else this.fail(new Error('What the upstream sent cannot be passed on', { cause }));
  }

  #refuse(error: Error): void {
    const fault = error instanceof ClientFault ? error : undefined;
    if (!fault) this.#watch.upstreamFailed(error, isTimeout(error), this.#begun);
    if (this.#begun || (fault && !fault.denial)) {
      this.#cut();
      return;
    }
    const denial = fault?.denial ?? upstreamDenial(error);
    this.#watch.answering();
    sendDenial(this.#exchange, denial);
  }

  #pause(): void {
    this.#flow?.pause();
    this.#isPaused = true;
    if (this.#listens) return;
    this.#listens = true;
    this.#res.on('drain', () => {
      this.#isPaused = false;
      this.#flow?.resume();
    });
  }

  /** Never a clean end: without a length or chunks, only a reset tells that something is missing. */
  #cut(): void {
    const { socket, httpVersionMinor } = this.#req;
    // TLS tells its own end; Node cannot reset below it, and throws.
    if (httpVersionMinor === 0 && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
    else socket.destroy();
  }
}

/** The head must not wait for a body that comes later, as that of server-sent events. */
function flush(res: ServerResponse): void {
  if (!res.writableEnded && !res.destroyed) res.flushHeaders();
}
