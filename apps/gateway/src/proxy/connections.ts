import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The clients' connections, so that all can end when the gateway is told to stop. */
export interface Connections {
  count(): number;
  add(socket: Socket): void;
  /** The connection is in use until the answer has ended. */
  use(socket: Socket, res: ServerResponse): void;
  /** Whether an answer is under way on it. */
  isUsed(socket: Socket): boolean;
  /** Ends what is idle, now and whenever another one becomes it. */
  endIdle(): void;
  cutAll(): void;
}

export function createConnections(): Connections {
  /** How many answers are under way on each. */
  const open = new Map<Socket, number>();
  let isEnding = false;
  const release = (socket: Socket) => {
    const left = (open.get(socket) ?? 1) - 1;
    if (open.has(socket)) open.set(socket, left);
    if (isEnding && left === 0) socket.destroySoon();
  };
  return {
    count: () => open.size,
    add(socket) {
      open.set(socket, 0);
      socket.once('close', () => open.delete(socket));
    },
    use(socket, res) {
      open.set(socket, (open.get(socket) ?? 0) + 1);
      res.once('close', () => release(socket));
    },
    isUsed: (socket) => (open.get(socket) ?? 0) > 0,
    endIdle() {
      isEnding = true;
      for (const [socket, uses] of open) if (uses === 0) socket.destroySoon();
    },
    cutAll() {
      for (const socket of open.keys()) socket.destroy();
    },
  };
}
