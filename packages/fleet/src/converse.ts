import type { KeyObject } from 'node:crypto';
import { type DownwardOf, type Hello, PROTOCOL_VERSION, type Upward } from '@tollkeeper/contract';
import type { Socket, SocketEvents } from './connection/index.ts';
import type { Faults } from './faults.ts';
import { type Follow, Rejection } from './follow/index.ts';
import type { Log } from './log.ts';
import { type Frame, openFrame } from './wire/frame.ts';

/** What a conversation with the control plane is held with. */
export interface Conversation {
  readonly controlPlane: string;
  readonly controlPlaneKey: KeyObject;
  readonly gatewayId: string;
  readonly follow: Follow;
  readonly faults: Faults;
  readonly log: Log;
  /** The answer to the challenge. */
  hello(challenge: string): Hello;
  /** The control plane knows this gateway: said first, and whenever people change it. */
  welcomed(gateway: DownwardOf<'gateway'>, socket: Socket): void;
  usageTaken(taken: DownwardOf<'usage-taken'>): void;
  /** This gateway is no longer of the fleet. */
  removed(): Promise<void>;
  /** Something was taken, and may have changed what this gateway decides with. */
  moved(): void;
  closed(): void;
}

interface Turn {
  readonly conversation: Conversation;
  readonly socket: Socket;
  stage: 'silent' | 'greeted' | 'welcomed';
  /** Of the hello. */
  nonce: string | undefined;
  /** Why it cannot go on; said already. */
  isRefused: boolean;
}

/** Holds one conversation, from the challenge to the end of the connection. */
export function converse(conversation: Conversation, socket: Socket): SocketEvents {
  const turn: Turn = { conversation, socket, stage: 'silent', nonce: undefined, isRefused: false };
  const { follow, faults, log, controlPlane } = conversation;
  return {
    async message(data, isBinary) {
      const frame = open(conversation, data, isBinary);
      if (turn.stage === 'silent') return greet(turn, frame);
      for (const each of await answer(turn, frame, data)) socket.send(each);
      conversation.moved();
    },
    async closed(why) {
      await follow.disconnected();
      log.warn({ controlPlane }, `this gateway is not connected to the control plane: ${why}`);
      if (turn.stage !== 'welcomed' && !turn.isRefused) {
        faults.set(
          'control_plane',
          `The control plane "${controlPlane}" cannot be reached: ${why}.`,
        );
      }
      conversation.closed();
    },
  };
}

function open(conversation: Conversation, data: Uint8Array, isBinary: boolean): Frame | Error {
  if (!isBinary) return new Rejection('malformed', 'A message came that is text');
  try {
    return openFrame(data, conversation.controlPlaneKey);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Nothing is said to whoever does not sign with the key that was pinned. */
function greet(turn: Turn, frame: Frame | Error): void {
  const { conversation, socket } = turn;
  if (!(frame instanceof Error) && frame.header.type === 'challenge') {
    const { protocol, nonce } = frame.header;
    if (protocol === PROTOCOL_VERSION) {
      const hello = conversation.hello(nonce);
      turn.stage = 'greeted';
      turn.nonce = hello.nonce;
      socket.send(hello);
      return;
    }
  }
  refuse(turn, objectionTo(frame, conversation.controlPlane));
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

function refuse(turn: Turn, why: string): void {
  const { faults, log, controlPlane } = turn.conversation;
  turn.isRefused = true;
  faults.set('control_plane', why);
  log.error({ controlPlane }, why);
  turn.socket.close(why);
}

async function answer(turn: Turn, frame: Frame | Error, data: Uint8Array): Promise<Upward[]> {
  try {
    return await take(turn, frame, data);
  } catch (error) {
    if (error instanceof Rejection) return turn.conversation.follow.reject(error);
    throw error;
  }
}

/** @returns what to answer */
async function take(turn: Turn, frame: Frame | Error, data: Uint8Array): Promise<Upward[]> {
  const { conversation } = turn;
  const { follow } = conversation;
  if (frame instanceof Error) return follow.reject(frame);
  const { header, body } = frame;
  switch (header.type) {
    case 'history':
    case 'snapshot':
    case 'changes':
    case 'current':
      return follow.take(header, body, data);
    case 'gateway':
      return welcome(turn, header);
    case 'usage-taken':
      conversation.usageTaken(header);
      return [];
    case 'removed':
      requireOwn(turn, header);
      await conversation.removed();
      return [];
    case 'refused':
      refuse(turn, header.detail);
      return [];
    case 'challenge':
      throw new Rejection('malformed', 'A second challenge came');
  }
}

function welcome(turn: Turn, header: DownwardOf<'gateway'>): Upward[] {
  const { conversation, socket } = turn;
  requireOwn(turn, header);
  const isFirst = turn.stage !== 'welcomed';
  turn.stage = 'welcomed';
  conversation.faults.clear('control_plane');
  conversation.welcomed(header, socket);
  return isFirst ? conversation.follow.welcomed() : [];
}

/** @throws Rejection for what is about another gateway, or was said on another connection */
function requireOwn(turn: Turn, { gatewayId, nonce }: DownwardOf<'gateway' | 'removed'>): void {
  if (gatewayId !== turn.conversation.gatewayId) {
    throw new Rejection('foreign', `A message for "${gatewayId}" came`);
  }
  if (nonce !== turn.nonce) {
    throw new Rejection('replayed', 'A message came that was said on another connection');
  }
}
