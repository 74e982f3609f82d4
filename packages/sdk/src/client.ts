import {
  type CalledRoute,
  ERRORS,
  type ErrorCode,
  type FurtherFormat,
  furtherFormat,
  type Problem,
  problem,
  type RouteInput,
  type RouteName,
  type RouteOutput,
  type Routes,
  routes,
  type StreamAnswer,
  type StreamLine,
  streamFormat,
} from '@tollkeeper/contract';
import { type AnswerStream, type Bytes, streamBytes, streamLines } from './answer-stream.ts';

export interface ClientOptions {
  /** Where the control plane answers, such as http://127.0.0.1:7420; '' for the page's own origin. */
  readonly baseUrl: string;
  /** Sent with every request: Authorization, Cookie, X-Organization-Id. A function is called for each request. */
  readonly headers?: Record<string, string> | (() => Record<string, string>);
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  /** Makes a retry of a creation safe for 24 hours. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

type Call<R> = [StreamLine<R>] extends [never] ? PlainCall<R> : StreamCall<R>;

type PlainCall<R> =
  unknown extends RouteInput<R>
    ? (input?: Record<string, never>, options?: CallOptions) => Promise<RouteOutput<R>>
    : (input: RouteInput<R>, options?: CallOptions) => Promise<RouteOutput<R>>;

/** Lines are parsed; what comes in another format is bytes. */
interface StreamCall<R> {
  (input?: Asking<R, undefined>, options?: CallOptions): Promise<AnswerStream<StreamLine<R>>>;
  (input: Asking<R, FurtherFormat<R>>, options?: CallOptions): Promise<AnswerStream<Bytes>>;
  (
    input: RouteInput<R>,
    options?: CallOptions,
  ): Promise<AnswerStream<StreamLine<R>> | AnswerStream<Bytes>>;
}

type Asking<R, F> = RouteInput<R> & {
  readonly query?: {
    readonly format?: F extends undefined ? Exclude<FormatOf<R>, FurtherFormat<R>> : F;
  };
};

type FormatOf<R> =
  RouteInput<R> extends { readonly query?: { readonly format?: infer F } } ? F : never;

/** A method for each route of the contract, by the route's name. */
export type Client = { readonly [N in RouteName]: Call<Routes[N]> };

/** A denial, as the server describes it in problem+json (RFC 9457). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly problem: Problem;

  constructor(answer: Problem) {
    super(answer.detail);
    this.code = answer.code;
    this.status = answer.status;
    this.problem = answer;
  }
}

/**
 * A typed client of the whole API. Its methods throw ApiError when the server refuses and fetch's
 * own TypeError when it cannot be reached.
 */
export function createClient(options: ClientOptions): Client {
  const calls = Object.entries<CalledRoute>(routes).map(([name, route]) => [
    name,
    (input?: Parts, call?: CallOptions) => send(options, route, input ?? {}, call ?? {}),
  ]);
  return Object.fromEntries(calls) as Client;
}

/** What a method was given, whichever its route is. */
interface Parts {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, unknown>;
  readonly body?: unknown;
}

/** Sends one request for a route, and reads its answer as the route declares it. */
export async function send(
  options: ClientOptions,
  route: CalledRoute,
  input: Parts,
  call: CallOptions,
): Promise<unknown> {
  const request = options.fetch ?? fetch;
  const response = await request(options.baseUrl + address(route, input), {
    method: route.method,
    headers: {
      accept: accepted(route, input.query),
      ...(input.body === undefined
        ? {}
        : { 'content-type': route.rawBody?.contentType ?? 'application/json' }),
      ...(call.idempotencyKey ? { 'idempotency-key': call.idempotencyKey } : {}),
      ...(typeof options.headers === 'function' ? options.headers() : options.headers),
    },
    ...(input.body === undefined ? {} : { body: bodyOf(route, input.body) }),
    ...(call.signal ? { signal: call.signal } : {}),
  });
  if (!response.ok) throw await denial(response);
  if (route.stream) return streamOf(route.stream, input.query, response);
  return route.response ? route.response.parse(await response.json()) : undefined;
}

/** Errors are JSON, whatever the answer is. */
function accepted({ stream }: CalledRoute, query: unknown): string {
  if (!stream) return 'application/json';
  return `${streamFormat(stream, query).contentType}, application/json`;
}

/** Lines where the route declares what they are, else bytes. */
function streamOf(
  stream: StreamAnswer,
  query: unknown,
  { body }: Response,
): AnswerStream<unknown> | ReadableStream | null {
  if (!stream.line || !body) return body;
  return furtherFormat(stream, query) ? streamBytes(body) : streamLines(body, stream.line);
}

function bodyOf({ rawBody }: CalledRoute, body: unknown): BodyInit {
  return rawBody ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body);
}

function address(route: CalledRoute, input: Parts): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === route.segments
      ? encodeSegments(input.params?.[name] ?? '')
      : encodeURIComponent(input.params?.[name] ?? ''),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== '') query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

function encodeSegments(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** A gateway in front of the control plane adds a field of its own, `error`. */
const anyProblem = problem.strip();

async function denial(response: Response): Promise<ApiError> {
  const parsed = anyProblem.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return new ApiError(parsed.data);
  return new ApiError({
    type: 'about:blank',
    title: ERRORS.unavailable.title,
    status: response.status,
    code: 'unavailable',
    detail: `The server answered ${response.status} without a reason. Is the address right?`,
    requestId: response.headers.get('x-request-id') ?? '',
  });
}
