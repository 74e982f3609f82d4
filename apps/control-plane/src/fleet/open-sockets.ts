import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { CLOSE } from './gateway-session.ts';

/** All WebSockets of this process, also those whose gateway has not proved itself yet. */
export interface OpenSockets {
  add(socket: WebSocket): void;
  /** Closes all, and terminates those that have not closed in time. */
  closeAll(): Promise<void>;
}

/** How long gateways may take to close their end, in milliseconds. */
const GOODBYE_MS = 1000;

export function createOpenSockets(): OpenSockets {
  const sockets = new Set<WebSocket>();
  return {
    add(socket) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    },
    async closeAll() {
      for (const socket of sockets) socket.close(CLOSE.goingAway);
      const deadline = performance.now() + GOODBYE_MS;
      while (sockets.size > 0 && performance.now() < deadline) await delay(10);
      for (const socket of sockets) socket.terminate();
    },
  };
}
