import { EXIT, Failure } from '../failure.ts';

const TIMEOUT_MS = 30_000;
const RETRIES_MAX = 1;

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  ENOTFOUND: 'the name is unknown',
  EAI_AGAIN: 'the name could not be looked up',
  EHOSTUNREACH: 'there is no route to it',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
};

/**
 * A fetch for the API's client. It gives up after 30 seconds; asks a second time after a network
 * failure where that cannot do anything twice; follows no redirect, which could carry a credential
 * to another server; and throws Failure when the server cannot be reached.
 */
export function createTransport(request: typeof fetch): typeof fetch {
  return async (input, init) => {
    const retriesMax = mayRepeat(init) ? RETRIES_MAX : 0;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await ask(request, input, init);
      } catch (error) {
        const gaveUp = error instanceof DOMException && error.name === 'TimeoutError';
        if (gaveUp || attempt >= retriesMax) throw unreachable(input, error, gaveUp);
      }
    }
  };
}

/**
 * The whole answer: one that breaks off halfway counts as a network failure too. A file is handed on while
 * it arrives, since it may be large; then each part of it has as long as an answer.
 */
async function ask(
  request: typeof fetch,
  input: Parameters<typeof fetch>[0],
  init?: RequestInit,
): Promise<Response> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(TIMED_OUT), TIMEOUT_MS);
  const { signal } = giveUp;
  try {
    const response = await request(input, { ...init, signal, redirect: 'manual' });
    const { body, status, statusText, headers } = response;
    const isFile = headers.get('content-disposition')?.startsWith('attachment') ?? false;
    const read = isFile && body ? withTimeLimit(body, giveUp) : await response.arrayBuffer();
    return new Response(status === 204 ? null : read, { status, statusText, headers });
  } finally {
    clearTimeout(timer);
  }
}

const TIMED_OUT = new DOMException('The server does not answer', 'TimeoutError');

/** Waits for each part no longer than for an answer; how long its reader takes does not count. */
function withTimeLimit(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  giveUp: AbortController,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  return new ReadableStream(
    {
      async pull(parts) {
        const timer = setTimeout(() => giveUp.abort(TIMED_OUT), TIMEOUT_MS);
        const { done, value } = await reader.read().finally(() => clearTimeout(timer));
        if (done) parts.close();
        else parts.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function mayRepeat(init?: RequestInit): boolean {
  const reads = init?.method === undefined || init.method === 'GET';
  return reads || new Headers(init?.headers).has('idempotency-key');
}

function unreachable(input: unknown, error: unknown, gaveUp: boolean): Failure {
  const { origin } = new URL(input instanceof Request ? input.url : String(input));
  const why = gaveUp ? 'it does not answer' : causeOf(error);
  const advice = 'Is the server running? TOLLKEEPER_URL or login --url names another one.';
  return new Failure(EXIT.unreachable, `Cannot reach ${origin}: ${why}. ${advice}`, {
    cause: error,
  });
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const message = cause instanceof Error ? cause.message : 'the network failed';
  return CAUSES[code] ?? (code === '' ? message : code);
}
