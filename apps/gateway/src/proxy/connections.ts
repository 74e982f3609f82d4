import type { Socket } from 'node:net';
import type { Call } from './call.ts';

/** The clients' connections, and the calls under way on each. */
export interface Connections {
  count(): number;
  /** Keeps fewer than `max`, as long as any is idle: the newest can come always. */
  limit(max: number): void;
  add(socket: Socket): void;
  /** The handshake is done: the connection is read from and written to by way of another socket. */
  secure(raw: Socket | undefined, socket: Socket): void;
  /**
   * The connection is in use until the call's answer has ended.
   * @param begin called at once, or when fewer calls are under way on the connection
   */
  use(call: Call, begin: (call: Call) => void): void;
  /** Whether an answer is under way on it. */
  isUsed(socket: Socket): boolean;
  underWay(): Call[];
  /** Ends what is idle, now and whenever another one becomes it. */
  endIdle(): void;
  cutAll(): void;
}

interface Client {
  readonly calls: Call[];
  /** Begins each call that waits for others of its connection, in their order. Undefined until one had to. */
  waiting: (() => void)[] | undefined;
  /** Whether it has carried a call that was accepted. */
  isProven: boolean;
}

/** So many calls of one connection are under way at most: each may open a connection to an upstream. */
const CALLS_MAX = 16;

/** At most so many make room at once, so that not each new connection costs a search. */
const BATCH_MAX = 16;
const BATCH_SHARE = 1 / 64;

/**
 * @param madeRoom called when an idle connection was closed for another
 * @param ended called once for each call, when its answer, or the tunnel after it, has ended or broken off
 */
export function createConnections(madeRoom: () => void, ended: (call: Call) => void): Connections {
  const open = new Map<Socket, Client>();
  let max = Number.POSITIVE_INFINITY;
  let isEnding = false;
  const end = (call: Call) => {
    call.ongoing?.ended();
    call.onEnd?.();
    ended(call);
  };
  const track = (socket: Socket) => {
    const client: Client = { calls: [], waiting: undefined, isProven: false };
    open.set(socket, client);
    socket.once('close', () => {
      open.delete(socket);
      // Node never closes the response of an upgraded connection.
      for (const call of client.calls.splice(0)) end(call);
    });
  };
  const release = (socket: Socket, client: Client, call: Call) => {
    const { calls } = client;
    const at = calls.indexOf(call);
    if (at < 0) return;
    if (at === 0) calls.shift();
    else calls.splice(at, 1);
    client.isProven ||= call.isAccepted;
    end(call);
    if (client.waiting) beginNext(socket, client.waiting);
    if (isEnding && calls.length === 0) socket.destroySoon();
  };
  const evict = (socket: Socket) => {
    open.delete(socket);
    socket.destroy();
    madeRoom();
  };
  return {
    count: () => open.size,
    limit(most) {
      max = most;
    },
    add(socket) {
      const batch = Math.min(BATCH_MAX, Math.ceil(max * BATCH_SHARE));
      if (open.size + 1 >= max) for (const each of findIdle(open, batch)) evict(each);
      track(socket);
    },
    secure(raw, socket) {
      if (raw) open.delete(raw);
      track(socket);
    },
    use(call, begin) {
      const { socket } = call.req;
      const client = open.get(socket);
      if (!client) {
        // Its connection was closed just now: nothing reports its end, which is when it is decided.
        setImmediate(end, call);
        begin(call);
        return;
      }
      client.calls.push(call);
      call.res.on('close', () => release(socket, client, call));
      if (client.calls.length <= CALLS_MAX) begin(call);
      else {
        client.waiting ??= pauseWhileWaiting(socket);
        client.waiting.push(() => begin(call));
        socket.pause();
      }
    },
    isUsed: (socket) => (open.get(socket)?.calls.length ?? 0) > 0,
    underWay: () => [...open.values()].flatMap(({ calls }) => calls),
    endIdle() {
      isEnding = true;
      for (const [socket, { calls }] of open) if (calls.length === 0) socket.destroySoon();
    },
    cutAll() {
      for (const socket of open.keys()) socket.destroy();
    },
  };
}

/** Node resumes a connection whenever it reads a body: while calls wait, it is paused again. */
function pauseWhileWaiting(socket: Socket): (() => void)[] {
  const waiting: (() => void)[] = [];
  socket.on('resume', () => {
    if (waiting.length > 0) socket.pause();
  });
  return waiting;
}

function beginNext(socket: Socket, waiting: (() => void)[]): void {
  const begin = waiting.shift();
  if (!begin || socket.destroyed) return;
  begin();
  if (waiting.length === 0) socket.resume();
}

/**
 * The oldest that nothing is under way on, among them slow heads and handshakes. Those that never
 * carried an accepted call come first: without a key nobody ends the connection of one who has. Last
 * come those with nothing but requests on open routes, which anyone can make as slow as they like.
 */
function findIdle(all: ReadonlyMap<Socket, Client>, count: number): Socket[] {
  const idle: Socket[] = [];
  const proven: Socket[] = [];
  const open: Socket[] = [];
  for (const [socket, { calls, isProven }] of all) {
    if (calls.length > 0) {
      if (open.length < count && !calls.some(({ isAccepted }) => isAccepted)) open.push(socket);
      continue;
    }
    if (!isProven) idle.push(socket);
    else if (proven.length < count) proven.push(socket);
    if (idle.length === count) break;
  }
  if (idle.length > 0) return idle;
  return proven.length > 0 ? proven : open;
}
