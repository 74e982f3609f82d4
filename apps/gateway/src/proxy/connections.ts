import type { Socket } from 'node:net';
import type { Call } from './call.ts';

/** The clients' connections, and the calls under way on each. */
export interface Connections {
  count(): number;
  add(socket: Socket): void;
  /** The connection is in use until the call's answer has ended. */
  use(call: Call): void;
  /** Whether an answer is under way on it. */
  isUsed(socket: Socket): boolean;
  underWay(): Call[];
  /** Ends what is idle, now and whenever another one becomes it. */
  endIdle(): void;
  cutAll(): void;
}

export function createConnections(): Connections {
  const open = new Map<Socket, Call[]>();
  let isEnding = false;
  const release = (socket: Socket, calls: Call[], call: Call) => {
    const at = calls.indexOf(call);
    if (at >= 0) calls.splice(at, 1);
    if (isEnding && calls.length === 0) socket.destroySoon();
  };
  return {
    count: () => open.size,
    add(socket) {
      open.set(socket, []);
      socket.once('close', () => open.delete(socket));
    },
    use(call) {
      const { socket } = call.req;
      const calls = open.get(socket) ?? [];
      calls.push(call);
      call.res.once('close', () => release(socket, calls, call));
    },
    isUsed: (socket) => (open.get(socket)?.length ?? 0) > 0,
    underWay: () => [...open.values()].flat(),
    endIdle() {
      isEnding = true;
      for (const [socket, calls] of open) if (calls.length === 0) socket.destroySoon();
    },
    cutAll() {
      for (const socket of open.keys()) socket.destroy();
    },
  };
}
