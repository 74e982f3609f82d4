import {
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { hostOf } from './check-url.ts';
import { codeOf, DeliveryProblem, type Guard, resolveTarget } from './resolve-target.ts';

/** How long a request may take. */
export interface RequestLimits {
  /** For all of it, until the answer has ended. */
  readonly timeoutMs: number;
  /** Ends it where nobody can wait for the answer any more. */
  readonly cut?: AbortSignal | undefined;
}

export interface GuardedRequest extends RequestLimits {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** What is read of an answer; the rest is never received. */
  readonly keptBytesMax: number;
}

/** A request was ended by the one that sent it, before an answer came. */
export class RequestCut extends Error {
  override readonly name = 'RequestCut';
}

export interface GuardedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The value of Retry-After. */
  readonly retryAfter: string | undefined;
  /** Its beginning, where it is longer than what is kept. */
  readonly body: string;
}

/**
 * Sends a request to where the guard allows it: to the address that was checked, on a connection of its own, by
 * no proxy, and to no other place that the answer names.
 * @throws DeliveryProblem, RequestCut
 */
export async function sendGuarded(guard: Guard, guarded: GuardedRequest): Promise<GuardedAnswer> {
  const { timeoutMs, cut } = guarded;
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = cut ? AbortSignal.any([timeout, cut]) : timeout;
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined);
  const onEnd = () => {
    const seconds = Math.round(timeoutMs / 1000);
    const isCut = cut?.aborted === true && !timeout.aborted;
    ended.reject(
      isCut
        ? new RequestCut('The request was ended before an answer came')
        : new DeliveryProblem(`No complete answer came within ${seconds} seconds.`),
    );
  };
  if (signal.aborted) onEnd();
  else signal.addEventListener('abort', onEnd, { once: true });
  try {
    const url = new URL(guarded.url);
    // Not every resolver can be stopped.
    const address = await Promise.race([resolveTarget(guard, url), ended.promise]);
    return await Promise.race([exchange(url, address, guarded, signal), ended.promise]);
  } catch (error) {
    if (error instanceof DeliveryProblem || error instanceof RequestCut) throw error;
    throw new DeliveryProblem(`The connection failed${codeOf(error)}.`, { cause: error });
  } finally {
    signal.removeEventListener('abort', onEnd);
  }
}

async function exchange(
  url: URL,
  address: string,
  { method, headers, body, keptBytesMax }: GuardedRequest,
  signal: AbortSignal,
): Promise<GuardedAnswer> {
  const host = hostOf(url);
  const options = {
    method,
    host: address,
    port: url.port === '' ? undefined : Number(url.port),
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body) },
    agent: false,
    signal,
  };
  const sent =
    url.protocol === 'https:'
      ? // The certificate must be for the name, although the connection goes to its address.
        requestHttps({ ...options, servername: isIP(host) === 0 ? host : '' })
      : requestHttp(options);
  return answerTo(sent, body, keptBytesMax);
}

async function answerTo(
  sent: ClientRequest,
  body: string | Uint8Array,
  keptBytesMax: number,
): Promise<GuardedAnswer> {
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      // Stays: what fails after the answer has begun must not end the process.
      sent.on('error', reject).on('response', resolve);
      sent.end(body);
    });
    const { statusCode = 0, headers } = response;
    return {
      status: statusCode,
      headers,
      retryAfter: headers['retry-after'],
      body: await readBeginning(response, keptBytesMax),
    };
  } finally {
    sent.destroy();
  }
}

async function readBeginning(response: IncomingMessage, keptBytesMax: number): Promise<string> {
  // One for all chunks: an answer that comes byte by byte would otherwise take a hundred times its size.
  const kept = Buffer.allocUnsafe(keptBytesMax);
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.copy(kept, length);
    if (length === kept.length) break;
  }
  // PostgreSQL stores no NUL.
  return new TextDecoder().decode(kept.subarray(0, length)).replaceAll('\0', '\uFFFD');
}
