import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { apiHeaders, createRequestId } from './headers.ts';
import { problemText, type Refusal } from './problem.ts';

/** How long a client may take to read why its connection ends, in milliseconds. */
const LINGER_MS = 1000;

/**
 * Answers what never becomes a request, since the parser of Node refuses it, as everything else is
 * refused: in problem+json. The connection ends with the answer.
 */
export function answerParserErrors(app: FastifyInstance): void {
  const server: Server = app.server;
  server.on('connect', (_request, socket) => {
    if (answerOn(socket)) socket.destroy();
    else refuse(socket, NO_TUNNEL);
  });
  // Behind an answer that is under way, it waits for its turn.
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, text } = answerOf(EXPECTATION);
    response.writeHead(status, headers).end(text);
  });
}

/** For Fastify's `clientErrorHandler`. */
export function refuseUnparsed({ code }: NodeJS.ErrnoException, socket: Duplex): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  const answer = answerOn(socket);
  // Nothing can be said in the midst of an answer, nor in the place of one to a request that was whole.
  if (answer && (answer.headersSent || answer.req.complete)) socket.destroy();
  else refuse(socket, refusalOf(code));
}

/** The answer that is under way on it, to a request that was sent before. */
function answerOn(socket: Duplex): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

const NO_TUNNEL: Refusal = {
  code: 'method_not_allowed',
  detail: 'This server opens no tunnels. Send the request itself.',
};
const EXPECTATION: Refusal = {
  code: 'malformed_request',
  detail: 'The only expectation that can be met is "100-continue". Leave the header Expect out.',
};

function refusalOf(code: string | undefined): Refusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        code: 'headers_too_large',
        detail: 'The address and the headers of a request can have 16 KiB at most. Shorten them.',
      };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { code: 'body_too_large', detail: 'The chunk extensions of the body are too long.' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        code: 'request_timeout',
        detail: 'The request did not arrive in time. Send it again, whole.',
      };
    case 'HPE_INVALID_METHOD':
      return {
        code: 'malformed_request',
        detail: 'The request line does not begin with a method of HTTP that is known here.',
      };
    default:
      return {
        code: 'malformed_request',
        detail: 'This is not a valid HTTP/1.1 request. Check its request line, headers and length.',
      };
  }
}

function refuse(socket: Duplex, refusal: Refusal): void {
  const { status, headers, text } = answerOf(refusal);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** A whole answer, with which the connection ends. */
function answerOf(refusal: Refusal) {
  const requestId = createRequestId();
  const { status, text } = problemText(refusal, requestId);
  const headers = {
    ...apiHeaders(requestId),
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  };
  return { status, headers, text };
}
