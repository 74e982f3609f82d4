import type { Readable } from 'node:stream';
import type { Dispatcher, Pool } from 'undici';
import type { Answer } from './answer.ts';
import type { RawHeaders } from './answer-headers.ts';
import type { Outgoing } from './send-by-http.ts';
import { TimeoutError } from './upstream-failure.ts';

const NONE: RawHeaders = [];

/** What may be sent once more. */
export interface Repeatable {
  /** Nothing of an answer had come. @returns false if it is not sent again */
  sendAgain(error: Error): boolean;
}

/**
 * Sends the request over a connection of the pool, and hands what comes back to the answer. undici
 * itself repeats nothing that went out: it fails with its connection.
 * @param repeatable undefined where the upstream may not see the request twice
 */
export function send(
  pool: Pool,
  { path, method, headers: own, host, servername, timeouts }: Outgoing,
  body: Readable | null,
  answer: Answer,
  repeatable: Repeatable | undefined,
): Waiting | undefined {
  const headers = servername === null ? own : ['Host', host, ...own];
  // A body may take its time, which only undici sees.
  const headersTimeout = body === null ? 0 : timeouts.responseMs;
  // Silence is looked for by another: only an answer's head says whether it may be silent.
  const bodyTimeout = 0;
  const request = { path, method, headers, body, servername, headersTimeout, bodyTimeout };
  const handler = new Handler(answer, repeatable);
  pool.dispatch(request, handler);
  return body === null ? handler : undefined;
}

/** A request without a body, until the head of its answer is here. */
export interface Waiting {
  /**
   * Fails it if the upstream takes too long. To be called now and then: undici would keep a timer of
   * each request for half a second after its answer.
   * @param nowMs by performance.now()
   */
  checkWait(nowMs: number, responseMs: number): void;
}

/** A class, since one is made for each request, and its functions should not be. */
class Handler implements Dispatcher.DispatchHandler, Waiting {
  readonly #answer: Answer;
  #repeatable: Repeatable | undefined;
  /** Set while the head is waited for. */
  #controller: Dispatcher.DispatchController | undefined;
  #waitingSince = 0;

  constructor(answer: Answer, repeatable: Repeatable | undefined) {
    this.#answer = answer;
    this.#repeatable = repeatable;
  }

  checkWait(nowMs: number, responseMs: number): void {
    if (!this.#controller || nowMs - this.#waitingSince < responseMs) return;
    this.#controller.abort(new TimeoutError('The upstream did not answer in time'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#waitingSince = performance.now();
    this.#controller = controller;
    this.#answer.attach(controller);
  }

  /** With the first byte of an answer, or of what comes before it. */
  onResponseStarted(): void {
    this.#repeatable = undefined;
  }

  onResponseStart(
    { rawHeaders }: Dispatcher.DispatchController,
    status: number,
    _: unknown,
    reason?: string,
  ): void {
    if (status < 200) {
      this.#waitingSince = performance.now();
      this.#answer.inform(status, asRaw(rawHeaders));
      return;
    }
    this.#controller = undefined;
    this.#answer.begin(status, reason, asRaw(rawHeaders));
  }

  onResponseData(_: unknown, part: Buffer): void {
    this.#answer.write(part);
  }

  onResponseEnd({ rawTrailers }: Dispatcher.DispatchController): void {
    this.#answer.end(asRaw(rawTrailers));
  }

  onResponseError(_: unknown, error: Error): void {
    this.#controller = undefined;
    if (!this.#repeatable?.sendAgain(error)) this.#answer.fail(error);
  }
}

/** HTTP/1.1 always gives the bytes; the type allows for what HTTP/2 gives. */
function asRaw(headers: Dispatcher.DispatchController['rawHeaders']): RawHeaders {
  return Array.isArray(headers) ? headers : NONE;
}
