import { type GatewayHealth, SILENCE_MS } from '@tollkeeper/protocol';
import type { WebSocket } from 'ws';
import type { GatewayFacts } from './find-gateways.ts';

/** A gateway that has proven who it is, on one connection. */
export interface Session {
  readonly socket: WebSocket;
  readonly instanceId: string;
  readonly address: string;
  readonly hostname: string;
  /** The version that is spoken with it. */
  readonly protocol: number;
  /** Nonce of its hello. */
  readonly nonce: string;
  /** Name of the lineage that it is sent. */
  readonly epoch: string;
  /** Facts of the gateway, as last sent to it. */
  gateway: GatewayFacts;
  /** Version that it connected with or was sent since; null for none of this lineage. */
  sent: number | null;
  /** Oldest snapshot that it accepts; null before the message that names the lineage. */
  versionMin: number | null;
  /** Nonce of its last check that was not answered. */
  check: string | null;
  /** When a check was last answered, by `performance.now()`. */
  answeredAt: number;
  /** Oldest version of the snapshot that it needs; null when it needs none. */
  snapshotMin: number | null;
  /** By `performance.now()`, as the next. */
  readonly connectedAt: number;
  /** When it last sent anything. */
  lastReceivedAt: number;
  health: GatewayHealth | null;
  /** What it last refused to apply; null since it applied something. */
  rejection: string | null;
  /** What it announced as a witness of the transparency log; null before, and in version 3. */
  witness: SessionWitness | null;
  /** Set once it was disconnected by us: its messages are ignored from then on. */
  ended: boolean;
}

/** A gateway as a witness, on one connection. */
export interface SessionWitness {
  /** Key that it cosigns with, in base64url. */
  readonly publicKey: string;
  /** Size of the last checkpoint that it cosigned; 0 for none. */
  size: number;
  /** The checkpoint that it was sent last, and the size that it had then. */
  offered: { readonly size: number; readonly body: string; readonly oldSize: number } | null;
}

/** With more bytes on their way, a gateway reads too slowly to be sent more. */
const BUFFER_BYTES_MAX = 1024 * 1024;

/** Why a connection is closed (RFC 6455, section 7.4.1). */
export const CLOSE = { goingAway: 1001, notAdmitted: 1008, tryLater: 1013 } as const;

export function isOpen({ socket, ended }: Session): boolean {
  return !ended && socket.readyState === socket.OPEN;
}

export function isSlow({ socket }: Session): boolean {
  return socket.bufferedAmount > BUFFER_BYTES_MAX;
}

/** With so many bytes on their way, a gateway reads nothing and still makes us answer: it is cut. */
const BUFFER_BYTES_CUT = 4 * BUFFER_BYTES_MAX;

/** Sends without waiting; a connection that has closed is not sent anything. */
export function send(session: Session, bytes: Uint8Array): void {
  if (!isOpen(session)) return;
  if (session.socket.bufferedAmount > BUFFER_BYTES_CUT) session.socket.terminate();
  else session.socket.send(bytes);
}

/** Resolves when the bytes, and all before them, have left this process. @throws when they cannot */
export function sendWhole(session: Session, bytes: Uint8Array): Promise<void> {
  return inTime(session, (done) => session.socket.send(bytes, done));
}

/** Resolves when everything sent has left this process. @throws when it cannot */
export async function flushed(session: Session): Promise<void> {
  if (session.socket.bufferedAmount === 0) return;
  // A ping queues behind what was sent.
  await inTime(session, (done) => session.socket.ping(undefined, undefined, done));
}

/** A connection that takes nothing for so long is cut: what it was sent would stay in memory. */
function inTime(
  { socket }: Session,
  work: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.terminate(), SILENCE_MS);
    work((error) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    });
  });
}
