import type { KeyObject } from 'node:crypto';
import {
  type DownwardOf,
  type Frame,
  type Hello,
  openFrame,
  PROTOCOL_VERSION,
  speaksProtocol,
  type Upward,
} from '@tollkeeper/protocol';
import type { Faults } from '../faults.ts';
import type { Log } from '../log.ts';
import { Rejection, type SnapshotSync } from '../sync/index.ts';
import type { Witness } from '../witness/index.ts';
import type { Socket, SocketEvents } from './open-socket.ts';

/** What a connection to the control plane needs to know and to call. */
export interface ControlPlaneConnection {
  readonly controlPlane: string;
  readonly controlPlaneKey: KeyObject;
  readonly gatewayId: string;
  readonly sync: SnapshotSync;
  readonly faults: Faults;
  readonly log: Log;
  readonly witness: Pick<Witness, 'receive'>;
  /** Makes the hello, which answers the challenge, in the version of the challenge. */
  hello(challenge: string, protocol: number): Hello;
  /** Called when the control plane admits this gateway, and whenever someone edits it. */
  welcomed(gateway: DownwardOf<'gateway'>, socket: Socket, frame: Uint8Array): void;
  usageStored(batch: DownwardOf<'usage-stored'>): void;
  /** Called when this gateway was removed from the fleet. */
  removed(): Promise<void>;
  /** Called after each message: the keys that this gateway decides with may have changed. */
  moved(): void;
  /** Whether this gateway itself ends the connection, since it stops. */
  isStopping(): boolean;
  closed(): void;
}

interface ConnectionState {
  readonly connection: ControlPlaneConnection;
  readonly socket: Socket;
  stage: 'silent' | 'greeted' | 'welcomed';
  /** Nonce that this gateway sent in its hello. */
  nonce: string | undefined;
  /** Whether the control plane was rejected, and the reason logged. */
  isRefused: boolean;
}

/** Handles the messages of one connection, from the challenge to its end. */
export function handleConnection(connection: ControlPlaneConnection, socket: Socket): SocketEvents {
  const state: ConnectionState = {
    connection,
    socket,
    stage: 'silent',
    nonce: undefined,
    isRefused: false,
  };
  const { sync, faults, log, controlPlane } = connection;
  return {
    async message(data, isBinary) {
      const frame = open(connection, data, isBinary);
      if (state.stage === 'silent') return greet(state, frame);
      for (const each of await answer(state, frame, data)) socket.send(each);
      connection.moved();
    },
    async closed(why) {
      await sync.disconnected();
      const level = connection.isStopping() ? 'info' : 'warn';
      log[level]({ controlPlane }, `this gateway is not connected to the control plane: ${why}`);
      if (state.stage !== 'welcomed' && !state.isRefused) {
        faults.set(
          'control_plane',
          `The control plane "${controlPlane}" cannot be reached: ${why}.`,
        );
      }
      connection.closed();
    },
  };
}

function open(
  connection: ControlPlaneConnection,
  data: Uint8Array,
  isBinary: boolean,
): Frame | Error {
  if (!isBinary) return new Rejection('malformed', 'A message came that is text');
  try {
    return openFrame(data, connection.controlPlaneKey);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Answers only a control plane that signs with the key that was pinned when the gateway joined. */
function greet(state: ConnectionState, frame: Frame | Error): void {
  const { connection, socket } = state;
  if (!(frame instanceof Error) && frame.header.type === 'challenge') {
    const { protocol, nonce } = frame.header;
    if (speaksProtocol(protocol)) {
      const hello = connection.hello(nonce, protocol);
      state.stage = 'greeted';
      state.nonce = hello.nonce;
      socket.send(hello);
      return;
    }
  }
  refuse(state, objectionTo(frame, connection.controlPlane));
}

function objectionTo(frame: Frame | Error, controlPlane: string): string {
  if (frame instanceof Error) {
    return (
      `What answers at "${controlPlane}" is not the control plane that this gateway has joined ` +
      `(${frame.message}). If it has a new secret, delete the state folder and join anew.`
    );
  }
  const { header } = frame;
  if (header.type === 'refused') return header.detail;
  if (header.type !== 'challenge') return `The control plane began with "${header.type}".`;
  return (
    `The control plane speaks version ${header.protocol} of the fleet protocol, this gateway ` +
    `version ${PROTOCOL_VERSION}. Upgrade the older one.`
  );
}

function refuse(state: ConnectionState, why: string): void {
  const { faults, log, controlPlane } = state.connection;
  state.isRefused = true;
  faults.set('control_plane', why);
  log.error({ controlPlane }, why);
  state.socket.close(why);
}

async function answer(
  state: ConnectionState,
  frame: Frame | Error,
  data: Uint8Array,
): Promise<Upward[]> {
  try {
    return await handleMessage(state, frame, data);
  } catch (error) {
    if (error instanceof Rejection) return state.connection.sync.reject(error);
    throw error;
  }
}

/** @returns what to answer */
async function handleMessage(
  state: ConnectionState,
  frame: Frame | Error,
  data: Uint8Array,
): Promise<Upward[]> {
  const { connection } = state;
  const { sync } = connection;
  if (frame instanceof Error) return sync.reject(frame);
  const { header, body } = frame;
  switch (header.type) {
    case 'lineage':
    case 'snapshot':
    case 'changes':
    case 'confirmed':
      return sync.receive(header, body, data);
    case 'gateway':
      return welcome(state, header, data);
    case 'checkpoint':
      return [await connection.witness.receive(header, state.nonce)];
    case 'usage-stored':
      connection.usageStored(header);
      return [];
    case 'removed':
      requireOwn(state, header);
      await connection.removed();
      return [];
    case 'refused':
      refuse(state, header.detail);
      return [];
    case 'challenge':
      throw new Rejection('malformed', 'A second challenge came');
  }
}

function welcome(
  state: ConnectionState,
  header: DownwardOf<'gateway'>,
  frame: Uint8Array,
): Upward[] {
  const { connection, socket } = state;
  requireOwn(state, header);
  const isFirst = state.stage !== 'welcomed';
  state.stage = 'welcomed';
  connection.faults.clear('control_plane');
  connection.welcomed(header, socket, frame);
  return isFirst ? connection.sync.welcomed() : [];
}

/** @throws Rejection for what is about another gateway, or was said on another connection */
function requireOwn(
  state: ConnectionState,
  { gatewayId, nonce }: DownwardOf<'gateway' | 'removed'>,
): void {
  if (gatewayId !== state.connection.gatewayId) {
    throw new Rejection('foreign', `A message for "${gatewayId}" came`);
  }
  if (nonce !== state.nonce) {
    throw new Rejection('replayed', 'A message came that was said on another connection');
  }
}
