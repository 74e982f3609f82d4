import type { IncomingMessage, ServerResponse } from 'node:http';

/** An answer of the API as its server sends it. */
export interface SentAnswer {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** How much is reported of what is no single document of JSON. */
const STREAM_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Reports the answer to any request of the API before its last bytes leave: by the time
 * that a client has an answer, it was reported. Needs nothing but Node, since it also runs in servers
 * that tests spawn.
 */
export function watchAnswer(
  { method = '', url = '' }: IncomingMessage,
  response: ServerResponse,
  report: (answer: SentAnswer) => void,
): void {
  if (!url.includes('/v1/')) return;
  const chunks: Buffer[] = [];
  const headers = new Map<string, unknown>();
  const { writeHead, write, end } = response;
  let bytes = 0;
  const typeOf = () =>
    String(headers.get('content-type') ?? response.getHeader('content-type') ?? '');
  const collect = (chunk: unknown, encoding: unknown) => {
    // A stream may be larger than memory, and is held against nothing as a whole.
    if (bytes > STREAM_BYTES_MAX && !/^application\/(?:problem\+)?json\b/.test(typeOf())) return;
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) bytes += chunk.length;
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, encodingOf(encoding)));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  };
  response.writeHead = (...args: unknown[]) => {
    // Given here, they cannot be read from the response afterwards.
    for (const [name, value] of Object.entries(args.at(-1) ?? {})) headers.set(name, value);
    return Reflect.apply(writeHead, response, args);
  };
  response.write = (...args: unknown[]) => {
    collect(args[0], args[1]);
    return Reflect.apply(write, response, args);
  };
  response.end = (...args: unknown[]) => {
    collect(args[0], args[1]);
    const type = typeOf();
    const text = Buffer.concat(chunks).toString();
    // Once only: an end after the end changes nothing.
    response.end = end;
    report({ method, path: url, status: response.statusCode, type, text });
    return Reflect.apply(end, response, args);
  };
}

function encodingOf(value: unknown): BufferEncoding {
  return typeof value === 'string' && Buffer.isEncoding(value) ? value : 'utf8';
}
