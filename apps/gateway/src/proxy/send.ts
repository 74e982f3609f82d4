import type { Dispatcher, Pool } from 'undici';
import type { Answer } from './answer.ts';
import type { RawHeaders } from './answer-headers.ts';

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
  request: Dispatcher.DispatchOptions,
  answer: Answer,
  repeatable: Repeatable | undefined,
): void {
  pool.dispatch(request, new Handler(answer, repeatable));
}

/** A class, since one is made for each request, and its functions should not be. */
class Handler implements Dispatcher.DispatchHandler {
  readonly #answer: Answer;
  #repeatable: Repeatable | undefined;

  constructor(answer: Answer, repeatable: Repeatable | undefined) {
    this.#answer = answer;
    this.#repeatable = repeatable;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
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
    if (!this.#repeatable?.sendAgain(error)) this.#answer.fail(error);
  }
}

/** HTTP/1.1 always gives the bytes; the type allows for what HTTP/2 gives. */
function asRaw(headers: Dispatcher.DispatchController['rawHeaders']): RawHeaders {
  return Array.isArray(headers) ? headers : NONE;
}
