import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { FLEET_PATH, PROTOCOL_HEADER, UPWARD_BYTES_MAX } from '@tollkeeper/protocol';
import type { FastifyInstance } from 'fastify';
import { WebSocketServer } from 'ws';
import { DomainError } from '../domain-error.ts';
import type { Hub } from './hub.ts';

/** How long a gateway may take to end a connection that we closed, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;
const SOCKET_OPTIONS = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: UPWARD_BYTES_MAX,
  closeTimeout: CLOSE_TIMEOUT_MS,
};

interface Upgrade {
  readonly stream: Duplex;
  readonly head: Buffer;
}

/** What makes the key of a handshake: 16 bytes in base64. */
const HANDSHAKE_KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Whether a request is to become a connection of the fleet, below any path: routing decides. */
export function isFleetUpgrade({ headers, url }: IncomingMessage): boolean {
  return (
    headers.upgrade?.toLowerCase() === 'websocket' &&
    url?.split('?', 1)[0]?.endsWith(FLEET_PATH) === true
  );
}

/**
 * Lets gateways connect. An upgrade passes through the server's routing like any request, so that
 * its address comes from the same trusted proxies, and a server that drains refuses it.
 */
export function registerFleet(app: FastifyInstance, hub: Hub): void {
  const upgrades = new WeakMap<IncomingMessage, Upgrade>();
  const sockets = new WebSocketServer(SOCKET_OPTIONS);
  app.server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    stream.on('error', () => undefined);
    upgrades.set(request, { stream, head });
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    try {
      response.assignSocket(request.socket);
    } catch {
      // An answer to a request before it is under way on the connection. No gateway sends ahead.
      stream.destroy();
      return;
    }
    response.on('finish', () => stream.end());
    app.routing(request, response);
  });
  app.get(FLEET_PATH, (request, reply) => {
    const upgrade = upgrades.get(request.raw);
    if (!upgrade) {
      throw new DomainError('not_found', 'Gateways connect here, by WebSocket. Nothing to read.');
    }
    if (!isHandshake(request.raw)) {
      throw new DomainError('malformed_request', 'This is no handshake of WebSocket version 13.');
    }
    const { stream, head } = upgrade;
    const entering = hub.enter(request.ip, () => stream.destroy());
    if (!entering) {
      throw new DomainError(
        'unavailable',
        'Too many connections are waiting to be admitted. Try again.',
      );
    }
    reply.hijack();
    reply.raw.detachSocket(request.raw.socket);
    stream.on('close', entering.leave);
    sockets.handleUpgrade(request.raw, stream, head, (socket) => {
      entering.accept(socket, request.raw.socket, request.headers[PROTOCOL_HEADER]?.toString());
    });
  });
}

/** Whether ws takes it too: what that refuses it answers by a page. Gateways name no subprotocol. */
function isHandshake({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    HANDSHAKE_KEY.test(headers['sec-websocket-key'] ?? '') &&
    headers['sec-websocket-version'] === '13' &&
    headers['sec-websocket-protocol'] === undefined
  );
}
