import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { loggedPath } from './logged-path.ts';

/** What the access log will say of a call, as far as it is known. One is made only for calls that it logs. */
export interface CallRecord {
  /** Set when another proxy asks for a decision: what its client requested, as far as it says. */
  original: OriginalRequest | undefined;
  /** `valid`, `open`, `preflight`, or the code of the denial. */
  code: string | undefined;
  /** Set once the key is known, accepted or not. */
  keyId: string | undefined;
  /** What shadow policies would have refused it for. */
  shadow: string | undefined;
  requestId: string | undefined;
  /** Bytes of the body from the client, and to it. */
  bytesIn: number;
  bytesOut: number;
  /** When the request went to its upstream, and the head of the upstream's answer came, by performance.now(). */
  forwardedAt: number | undefined;
  answeredAt: number | undefined;
  tunnel: Tunnel | undefined;
}

export interface OriginalRequest {
  readonly endpoint: 'forward-auth' | 'ext-authz';
  /** As the other proxy states it: any text. */
  readonly method: string;
  readonly path: string | undefined;
}

/** An upgraded connection, and what had passed on it before. */
interface Tunnel {
  readonly socket: Socket;
  readonly readBefore: number;
  readonly writtenBefore: number;
}

export function createRecord(): CallRecord {
  return {
    original: undefined,
    code: undefined,
    keyId: undefined,
    shadow: undefined,
    requestId: undefined,
    bytesIn: 0,
    bytesOut: 0,
    forwardedAt: undefined,
    answeredAt: undefined,
    tunnel: undefined,
  };
}

/** A call that has ended. */
export interface EndedCall {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly startedAt: number;
  readonly route: { readonly path: string } | undefined;
  readonly record: CallRecord | undefined;
}

/** The line of a call, as JSON. @param nowMs in milliseconds since 1970 */
export function callLine(
  { req, res, startedAt, route }: EndedCall,
  record: CallRecord,
  nowMs: number,
) {
  const { original, tunnel, forwardedAt, answeredAt } = record;
  const endedAt = performance.now();
  const totalMs = endedAt - startedAt;
  const bytes = tunnel ? passedBytes(tunnel) : { in: record.bytesIn, out: record.bytesOut };
  const answered = res.headersSent ? res.statusCode : null;
  return line({
    time: new Date(nowMs - totalMs).toISOString(),
    endpoint: original?.endpoint ?? 'proxy',
    method: loggedMethod(original ? original.method : req.method),
    path: loggedPath(original ? original.path : req.url),
    route: route ? loggedPath(route.path || '/') : null,
    status: tunnel ? 101 : answered,
    code: record.code ?? null,
    keyId: record.keyId ?? null,
    ...(record.shadow ? { shadow: record.shadow } : {}),
    bytesIn: bytes.in,
    bytesOut: bytes.out,
    upstreamMs:
      forwardedAt === undefined || answeredAt === undefined
        ? null
        : round(answeredAt - forwardedAt),
    totalMs: round(totalMs),
    completed: tunnel !== undefined || res.writableFinished,
    traceId: findTraceId(req.rawHeaders),
    requestId: record.requestId ?? null,
  });
}

/** The line of what was refused before it was a request. @param nowMs in milliseconds since 1970 */
export function unreadLine(
  code: string,
  { status, body, requestId }: RefusedUnread,
  nowMs: number,
): string {
  return line({
    time: new Date(nowMs).toISOString(),
    endpoint: 'proxy',
    ...{ method: null, path: null, route: null },
    ...{ status, code, keyId: null },
    ...{ bytesIn: 0, bytesOut: Buffer.byteLength(body), upstreamMs: null, totalMs: 0 },
    ...{ completed: true, traceId: null, requestId },
  });
}

/** The answer to what could not be read as a request. */
export interface RefusedUnread {
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
}

/** Its fields, which all lines have, but `shadow`. */
interface Line {
  readonly time: string;
  readonly endpoint: 'proxy' | OriginalRequest['endpoint'];
  readonly method: string | null;
  readonly path: string | null;
  readonly route: string | null;
  readonly status: number | null;
  readonly code: string | null;
  readonly keyId: string | null;
  readonly shadow?: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly upstreamMs: number | null;
  readonly totalMs: number;
  readonly completed: boolean;
  readonly traceId: string | null;
  readonly requestId: string | null;
}

function line(fields: Line): string {
  return `${JSON.stringify(fields)}\n`;
}

function passedBytes({ socket, readBefore, writtenBefore }: Tunnel) {
  return { in: socket.bytesRead - readBefore, out: socket.bytesWritten - writtenBefore };
}

const METHOD = /^[A-Z-]{1,32}$/;

function loggedMethod(method: string | undefined): string | null {
  return method !== undefined && METHOD.test(method) ? method : null;
}

/** To microseconds. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** https://www.w3.org/TR/trace-context/; of zeros alone it is invalid. */
const TRACE_PARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

function findTraceId(rawHeaders: readonly string[]): string | null {
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== 'traceparent') continue;
    return TRACE_PARENT.exec(rawHeaders[i + 1] ?? '')?.[1] ?? null;
  }
  return null;
}
