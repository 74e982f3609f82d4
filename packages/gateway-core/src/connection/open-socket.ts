import type { Agent } from 'node:http';
import {
  CONFIRM_MS,
  DOWNWARD_BYTES_MAX,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  SILENCE_MS,
  UPWARD_BYTES_MAX,
  type Upward,
} from '@tollkeeper/protocol';
import { type RawData, WebSocket } from 'ws';
import { type Clock, repeat } from '../clock.ts';
import { reasonOf } from '../fleet-error.ts';

/** One connection to the control plane. */
export interface Socket {
  /** False when it cannot go out now: the connection is over, or clogged. */
  send(message: Upward): boolean;
  close(why: string): void;
}

export interface SocketEvents {
  /** Messages come one after another: the next when the promise of the one before is settled. */
  message(data: Uint8Array, isBinary: boolean): Promise<void>;
  /** Comes once, after the last message. */
  closed(why: string): Promise<void>;
}

/** Past so many bytes that the network has not taken, nothing more is sent. */
const CLOGGED_BYTES = UPWARD_BYTES_MAX;
/** Most messages that wait to be handled before reading from the network is paused. */
const WAITING_MAX = 4;
/** How long the other end may take to say goodbye, in milliseconds. */
const GOODBYE_MS = 1000;

/** Opens a WebSocket and closes it once the other end was silent for SILENCE_MS. */
export function openSocket(
  url: string,
  events: (socket: Socket) => SocketEvents,
  clock: Clock,
  agent?: Agent,
): Socket {
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    headers: { [PROTOCOL_HEADER]: String(PROTOCOL_VERSION) },
    maxPayload: DOWNWARD_BYTES_MAX,
    handshakeTimeout: SILENCE_MS,
    ...(agent ? { agent } : {}),
  });
  /** The first reason is the cause of the others. */
  let reason: string | undefined;
  const fail = (why: string) => {
    reason ??= why;
  };
  let cancelEnd = () => {};
  let lastReceivedAtMs = clock.monotonicMs();
  const heard = () => {
    lastReceivedAtMs = clock.monotonicMs();
  };
  const self: Socket = {
    send(message) {
      if (socket.readyState !== WebSocket.OPEN || socket.bufferedAmount > CLOGGED_BYTES) {
        return false;
      }
      socket.send(JSON.stringify(message));
      return true;
    },
    close(why) {
      fail(why);
      socket.close(1000);
      cancelEnd = clock.after(GOODBYE_MS, () => socket.terminate());
    },
  };
  const { message, closed } = events(self);
  const queue = takeInTurn(socket, message, (error) => {
    fail(reasonOf(error));
    socket.terminate();
  });
  const stopWatching = repeat(clock, CONFIRM_MS, () => {
    if (queue.isBusy()) return heard();
    if (clock.monotonicMs() - lastReceivedAtMs >= SILENCE_MS) {
      fail(`the control plane was silent for ${SILENCE_MS / 1000} seconds`);
      return socket.terminate();
    }
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  });
  socket.on('pong', heard).on('ping', heard);
  socket.on('message', (data, isBinary) => {
    heard();
    queue.add(data, isBinary);
  });
  socket.on('error', (error) => fail(reasonOf(error)));
  socket.once('close', () => {
    stopWatching();
    cancelEnd();
    void queue.drained().then(() => closed(reason ?? 'the control plane closed the connection'));
  });
  return self;
}

/** A message waits for the one before; and the sender waits, so that few ever stand in memory. */
function takeInTurn(
  socket: WebSocket,
  message: SocketEvents['message'],
  failed: (error: unknown) => void,
) {
  let waiting = 0;
  let last = Promise.resolve();
  return {
    isBusy: () => waiting > 0,
    drained: () => last,
    add(data: RawData, isBinary: boolean) {
      if (++waiting >= WAITING_MAX) socket.pause();
      last = last
        .then(() => message(toBytes(data), isBinary))
        .catch(failed)
        .then(() => {
          if (--waiting < WAITING_MAX && socket.isPaused) socket.resume();
        });
    },
  };
}

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
