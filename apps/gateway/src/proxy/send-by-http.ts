/** The rare requests that the pool cannot send: with trailers, for an upgrade, or once more. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Timeouts } from '../config/config.ts';
import type { Head } from '../request/head.ts';
import type { Answer } from './answer.ts';
import { TimeoutError } from './upstream-failure.ts';
import { bareHostname, HEAD_BYTES_MAX } from './upstreams.ts';

export interface Outgoing {
  readonly upstream: URL;
  /** The Host that the upstream receives. */
  readonly host: string;
  /** The name for TLS, which undici would else take from Host; null where Host is the upstream's own. */
  readonly servername: string | null;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly timeouts: Timeouts;
}

/**
 * Opens the request on a connection of its own; nothing is sent before the body, or `end()`.
 * @param failed called when the connection breaks, at any time
 */
export function openRequest(
  outgoing: Outgoing,
  answer: Answer,
  failed: (error: Error) => void = (error) => answer.fail(error),
): ClientRequest {
  const { upstream, method, path, headers, timeouts } = outgoing;
  const open = upstream.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = open({
    host: bareHostname(upstream),
    port: upstream.port || (upstream.protocol === 'https:' ? 443 : 80),
    method,
    path,
    headers: ['Host', outgoing.host, ...headers],
    agent: false,
    maxHeaderSize: HEAD_BYTES_MAX,
  });
  limitWait(request, timeouts);
  request
    .on('error', failed)
    .on('information', ({ statusCode, rawHeaders }) => {
      if (statusCode !== 100) answer.inform(statusCode, rawHeaders);
    })
    .on(
      'response',
      guard(answer, (response: IncomingMessage) => passAnswer(response, answer)),
    );
  answer.attach({
    pause: () => undefined,
    resume: () => undefined,
    abort: (reason) => request.destroy(reason),
  });
  return request;
}

/** What the listener throws fails the answer: with no one to catch it, it would end the process. */
export function guard<Args extends unknown[]>(
  answer: Answer,
  listener: (...args: Args) => void,
): (...args: Args) => void {
  return (...args) => {
    try {
      listener(...args);
    } catch (error) {
      answer.fail(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

/** Without a body. No kept connection, which could be closed by now as well. */
export function sendAlone(outgoing: Outgoing, head: Head, answer: Answer): void {
  const headers = headersWithoutBody(outgoing, head);
  const request = openRequest({ ...outgoing, headers }, answer);
  refuseUpgrade(request, answer);
  request.end();
}

/** Methods without a body, unless a request states one. Of others, Node would send an empty chunk. */
const BODILESS = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);

/** Headers of a request without a body, which state its length where its method suggests one. */
export function headersWithoutBody(
  { method, headers }: Outgoing,
  { contentLength }: Head,
): string[] {
  const isStated = contentLength !== undefined || BODILESS.has(method);
  return isStated ? headers : [...headers, 'Content-Length', '0'];
}

/**
 * @param names of the trailers, as the client announced them
 * @param trailers read when the body has ended
 */
export function sendWithTrailers(
  outgoing: Outgoing,
  body: Readable,
  names: string,
  trailers: () => readonly string[],
  answer: Answer,
): void {
  const headers = [...outgoing.headers, 'Trailer', names, 'Transfer-Encoding', 'chunked'];
  const request = openRequest({ ...outgoing, headers }, answer);
  body.on('error', (error) => answer.fail(error));
  const end = guard(answer, () => {
    const list = trailers();
    const pairs: [string, string][] = [];
    for (let i = 0; i < list.length; i += 2) pairs.push([list[i] ?? '', list[i + 1] ?? '']);
    request.addTrailers(pairs);
    request.end();
  });
  body.on('end', end);
  request.on('drain', () => body.resume());
  refuseUpgrade(request, answer);
  request.once('close', () => body.destroy());
  body.on('data', (part: Buffer) => {
    if (!request.write(part)) body.pause();
  });
}

function refuseUpgrade(request: ClientRequest, answer: Answer): void {
  request.once('upgrade', (_, socket) => {
    socket.destroy();
    answer.fail(new Error('The upstream changed the protocol, which nobody asked for'));
  });
}

function passAnswer(response: IncomingMessage, answer: Answer): void {
  answer.attach({
    pause: () => response.pause(),
    resume: () => response.resume(),
    abort: (reason) => response.destroy(reason),
  });
  answer.begin(response.statusCode ?? 502, response.statusMessage, response.rawHeaders);
  response
    .on('data', (part: Buffer) => answer.write(part))
    .on('end', () => answer.end(response.rawTrailers))
    .on('error', (error) => answer.fail(error))
    .on('close', () => answer.fail(new Error('The upstream closed the connection')));
}

/** The connection must stand in `connectMs`, and the head be there `responseMs` after the request. */
function limitWait(request: ClientRequest, { connectMs, responseMs }: Timeouts): void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (ms: number, what: string) => {
    clearTimeout(timer);
    if (ms > 0) timer = setTimeout(() => request.destroy(new TimeoutError(what)), ms);
  };
  wait(connectMs, 'The upstream took no connection in time');
  request
    .once('socket', (socket) => {
      const made = socket instanceof TLSSocket ? 'secureConnect' : 'connect';
      socket.once(made, () => clearTimeout(timer));
    })
    .once('finish', () => wait(responseMs, 'The upstream did not answer in time'))
    .once('response', () => clearTimeout(timer))
    .once('upgrade', () => clearTimeout(timer))
    .once('close', () => clearTimeout(timer));
}
