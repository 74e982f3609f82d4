import { createServer, type Server, type ServerOptions, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { type Denial, denialAnswer } from '@tollkeeper/gateway-core';
import type { Limits } from '../config/config.ts';
import { type Call, malformed, refuse } from './call.ts';
import type { Connections } from './connections.ts';
import { receive } from './receive.ts';
import { rawDenial } from './send-denial.ts';
import type { Services } from './services.ts';
import { isUpgradeable, watchUpgrade } from './tunnel.ts';

/** How often Node looks for heads that take too long, in milliseconds. */
const CHECK_MS = 1000;
/** How long after its limit a slow head may still be found, in milliseconds. */
const HEAD_SLACK_MS = 5 * CHECK_MS;

type Begin = (call: Call) => void;

/** The server of the clients: everything that it takes in goes to `receive`. */
export function createProxyServer(services: Services, connections: Connections): Server {
  const { tls, limits } = services.live.config;
  const options: ServerOptions = {
    insecureHTTPParser: false,
    // A request without a body then costs no stream: an eighth of all that a request costs.
    optimizeEmptyRequests: true,
    // Missing and doubled ones are refused with all other ambiguities.
    requireHostHeader: false,
    maxHeaderSize: limits.headBytesMax,
    connectionsCheckingInterval: CHECK_MS,
    // Bodies may take as long as they come: they are held to the time between two parts.
    requestTimeout: 0,
    // Behind an answer that is under way, Node has no socket for another one: it would end the process.
    shouldUpgradeCallback: (req) => isUpgradeable(req) && !connections.isUsed(req.socket),
  };
  const server = tls
    ? createTlsServer({ ...tls, ...options, handshakeTimeout: limits.headerTimeoutMs })
    : createServer(options);
  setLimits(server, connections, limits);
  server.on('connection', (socket: Socket) => connections.add(socket));
  if (tls) followHandshakes(server, connections);
  server.on('drop', () => services.metrics.connectionEnded('all_in_use'));
  const take = (
    begin: Begin,
    req: Call['req'],
    res: ServerResponse,
    upgrade?: Call['upgrade'],
  ): void => {
    const call: Call = {
      req,
      res,
      upgrade,
      startedAt: performance.now(),
      isAccepted: false,
      onEnd: undefined,
      route: undefined,
      cors: undefined,
      denialForm: undefined,
      rateLimit: undefined,
      ongoing: undefined,
      record: services.accessLog.begin(),
    };
    const { bodyTimeoutMs } = services.live.config.limits;
    if (server.timeout !== bodyTimeoutMs) req.socket.setTimeout(bodyTimeoutMs);
    connections.use(call, begin);
  };
  const pass: Begin = (call) => receive(services, call);
  const refuseExpectation: Begin = (call) => refuse(services, call, EXPECTATION);
  server.on('request', (req, res) => take(pass, req, res));
  server.on('checkContinue', (req, res) => take(pass, req, res));
  server.on('checkExpectation', (req, res) => take(refuseExpectation, req, res));
  server.on('upgrade', (req, socket: Socket, rest) => {
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(socket);
    // The connection is no longer Node's: without a listener an error would end the process.
    socket.on('error', () => socket.destroy());
    res.once('finish', () => socket.destroySoon());
    take(pass, req, res, watchUpgrade(socket, rest));
  });
  server.on('timeout', (socket: Socket) => {
    // An answer that is waited for may take longer; one that nobody reads may not.
    if (!connections.isUsed(socket) || socket.writableLength > 0) socket.destroy();
  });
  const refuseRaw = (socket: Socket, denial: Denial) => {
    if (!socket.writable || connections.isUsed(socket)) socket.destroy();
    else sendRaw(services, socket, denial);
  };
  server.on('connect', (_, socket) => refuseRaw(socket as Socket, NO_CONNECT));
  server.on('clientError', (error: ParseError, socket: Socket) => {
    refuseRaw(socket, parseDenial(error, limits.headBytesMax));
  });
  return server;
}

/** The part of the configuration that the server itself uses. */
export function setLimits(server: Server, connections: Connections, limits: Limits): void {
  server.headersTimeout = limits.headerTimeoutMs;
  server.keepAliveTimeout = limits.keepAliveMs;
  // A silent head is answered by Node, which must come before its connection is cut: see `take`.
  server.timeout = Math.max(limits.bodyTimeoutMs, limits.headerTimeoutMs + HEAD_SLACK_MS);
  server.maxConnections = limits.connectionsMax;
  connections.limit(limits.connectionsMax);
}

/** Tells apart by the other end: Node does not say which socket a handshake came over. */
function followHandshakes(server: Server, connections: Connections): void {
  const raw = new Map<string, Socket>();
  const nameOf = (socket: Socket) => `${socket.remoteAddress} ${socket.remotePort}`;
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    raw.set(name, socket);
    socket.once('close', () => {
      if (raw.get(name) === socket) raw.delete(name);
    });
  });
  server.on('secureConnection', (socket: Socket) => {
    connections.secure(raw.get(nameOf(socket)), socket);
  });
}

const EXPECTATION = malformed('No other expectation than 100-continue can be met.');
const NO_CONNECT: Denial = {
  code: 'method_not_allowed',
  detail: 'The gateway opens no tunnels. Send the request itself.',
};

/** An error of Node's parser, with what it was reading. */
interface ParseError extends NodeJS.ErrnoException {
  readonly bytesParsed?: number;
  readonly rawPacket?: Buffer;
}

function parseDenial(error: ParseError, headBytesMax: number): Denial {
  switch (error.code) {
    case 'HPE_INVALID_METHOD':
      return unknownMethod(error) ?? NOT_HTTP;
    case 'HPE_HEADER_OVERFLOW':
      return {
        code: 'headers_too_large',
        detail: `The head of a request may have ${headBytesMax} bytes at most.`,
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request_timeout', detail: 'The head of the request did not come in time.' };
    default:
      return NOT_HTTP;
  }
}

const NOT_HTTP = malformed('This is not a request in HTTP/1.1 that all readers take alike.');
const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}) \S+ HTTP\/1\.[01]\r?\n/;

/** Undefined where the parser did not stop at the first line of a request. */
function unknownMethod({ rawPacket, bytesParsed = 0 }: ParseError): Denial | undefined {
  const text = rawPacket?.toString('latin1') ?? '';
  const start = bytesParsed === 0 ? 0 : text.lastIndexOf('\n', bytesParsed - 1) + 1;
  const [, method] = REQUEST_LINE.exec(text.slice(start)) ?? [];
  if (method === undefined) return undefined;
  return {
    code: 'method_not_allowed',
    detail: `The gateway does not know the method "${method}". Methods are in upper case, as GET or POST.`,
  };
}

/** How long a client may take to fetch why its connection ends, in milliseconds. */
const LINGER_MS = 1000;

function sendRaw(services: Services, socket: Socket, denial: Denial): void {
  services.metrics.decided(denial.code);
  socket.on('error', () => socket.destroy());
  // Once: what else the client sends is not answered.
  if (!socket.writableEnded) {
    const answer = denialAnswer(denial);
    socket.end(rawDenial(answer));
    services.accessLog.refusedUnread(denial.code, answer);
  }
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
