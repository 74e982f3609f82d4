import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import type { BuiltInScope } from './scopes.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Who may call: anyone, any credential, or a credential that holds the scope. */
export type Access = 'public' | 'credential' | BuiltInScope;

/** A body that the handler gets as bytes, such as a message whose signature it checks. */
export interface RawBody {
  readonly contentType: string;
  readonly bytesMax: number;
  /** The header, in lower case, whose text the handler gets as `signature`. */
  readonly signatureHeader?: string;
  /** The header, in lower case, that names the key of the signature: the handler gets it as `keyId`. */
  readonly keyIdHeader?: string;
}

/** What the bytes of a stream are. */
export interface StreamFormat {
  readonly contentType: string;
  /** The name under which browsers save it; without one they show it. */
  readonly fileName?: string;
}

/** An answer that is sent while it is made, since it may be large. */
export interface StreamAnswer extends StreamFormat {
  /** What each line is, where the answer is JSON Lines. */
  readonly line?: z.ZodType;
  /** Further formats, by the value of the query parameter `format` that asks for them. */
  readonly formats?: Readonly<Record<string, StreamFormat>>;
}

/** The format in which a stream is sent. */
export function streamFormat(stream: StreamAnswer, query: unknown): StreamFormat {
  return furtherFormat(stream, query) ?? stream;
}

/** The format that a query asks for, where it is not the usual one. */
export function furtherFormat({ formats = {} }: StreamAnswer, query: unknown) {
  const { format } = (query ?? {}) as { readonly format?: unknown };
  return typeof format === 'string' && Object.hasOwn(formats, format) ? formats[format] : undefined;
}

/** One operation of the API, declared once for server, OpenAPI, SDK, command line and dashboard. */
export interface Route {
  readonly method: Method;
  /** With `{name}` for each parameter. */
  readonly path: string;
  /** Name of the last parameter of the path, where it may contain slashes. */
  readonly segments?: string;
  readonly access: Access;
  readonly summary: string;
  readonly tag: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** In place of `body`. */
  readonly rawBody?: RawBody;
  /** Status of success. */
  readonly status: 200 | 201 | 204;
  /** Absent with 204. */
  readonly response?: z.ZodType;
  /** In place of `response`. */
  readonly stream?: StreamAnswer;
  /** Codes beyond those that every route can answer. */
  readonly errors: readonly ErrorCode[];
  /** Accepts an Idempotency-Key: set on every POST that creates, and where a retry would be refused. */
  readonly idempotent?: true;
  /** A POST that only reads. */
  readonly changesNothing?: true;
  /** Public, and acts for the user of the session where the request has one. */
  readonly optionalSession?: true;
  /** Open to members who still lack the second factor that their organization asks for. */
  readonly withoutSecondFactor?: true;
}

/** What a client asks of a route. Browsers are given no more of it. */
export type CalledRoute = Pick<
  Route,
  'method' | 'path' | 'segments' | 'rawBody' | 'response' | 'stream' | 'changesNothing'
>;

/**
 * Whether a request may leave the body out: all its fields are optional, and it is no PATCH, which
 * would then change nothing.
 */
export function isBodyOptional({ method, body, rawBody }: Route): boolean {
  return method !== 'PATCH' && !rawBody && (body === undefined || body.safeParse({}).success);
}

/** Whether the request can name the values that it replaces: by `etag` in its body, or by `If-Match`. */
export function takesEtag({ body }: Route): boolean {
  return body instanceof z.ZodObject && 'etag' in body.shape;
}

export function defineRoute<const R extends Route>(route: R): R {
  return route;
}

type Part<R, K extends string> = R extends { readonly [P in K]: infer S extends z.ZodType }
  ? { [P in K]: z.input<S> }
  : unknown;

/** What a caller gives: `{params?, query?, body?}` as the route declares them. */
export type RouteInput<R> = Part<R, 'params'> & QueryPart<R> & Part<R, 'body'> & RawPart<R>;

type RawPart<R> = R extends { readonly rawBody: RawBody }
  ? { body: Uint8Array<ArrayBuffer> }
  : unknown;

type QueryPart<R> = R extends { readonly query: infer S extends z.ZodType }
  ? { query?: z.input<S> }
  : unknown;

/** What a caller gets; undefined with 204. */
export type RouteOutput<R> = R extends { readonly response: infer S extends z.ZodType }
  ? z.output<S>
  : R extends { readonly stream: StreamAnswer }
    ? ReadableStream<Uint8Array<ArrayBuffer>>
    : undefined;

/** What the lines of a stream are; never where it has no declared lines. */
export type StreamLine<R> = R extends {
  readonly stream: { readonly line: infer S extends z.ZodType };
}
  ? z.output<S>
  : never;

/** The values of `format` by which a query asks for something else than lines. */
export type FurtherFormat<R> = R extends { readonly stream: { readonly formats: infer F } }
  ? keyof F & string
  : never;
