import type { Dispatcher, Pool } from 'undici';
import type { Answer } from './answer.ts';
import type { RawHeaders } from './answer-headers.ts';

const NONE: RawHeaders = [];

/** Sends the request over a connection of the pool, and hands what comes back to the answer. */
export function send(pool: Pool, request: Dispatcher.DispatchOptions, answer: Answer): void {
  pool.dispatch(request, new Handler(answer));
}

/** A class, since one is made for each request, and its functions should not be. */
class Handler implements Dispatcher.DispatchHandler {
  readonly #answer: Answer;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#answer.attach(controller);
  }

  onResponseStart(
    { rawHeaders }: Dispatcher.DispatchController,
    status: number,
    _: unknown,
    reason?: string,
  ): void {
    if (status < 200) this.#answer.inform(status, asRaw(rawHeaders));
    else this.#answer.begin(status, reason, asRaw(rawHeaders));
  }

  onResponseData(_: unknown, part: Buffer): void {
    this.#answer.write(part);
  }

  onResponseEnd({ rawTrailers }: Dispatcher.DispatchController): void {
    this.#answer.end(asRaw(rawTrailers));
  }

  onResponseError(_: unknown, error: Error): void {
    this.#answer.fail(error);
  }
}

/** HTTP/1.1 always gives the bytes; the type allows for what HTTP/2 gives. */
function asRaw(headers: Dispatcher.DispatchController['rawHeaders']): RawHeaders {
  return Array.isArray(headers) ? headers : NONE;
}
