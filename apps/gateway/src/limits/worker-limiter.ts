import type { Limiter, Room } from '@tollkeeper/gateway-core';
import type { Claim } from '@tollkeeper/verify';
import type { TakeRequest, TakeResponse } from '../workers/message.ts';

/** The limits of a worker: the counters are in the first process, which all workers ask. */
export interface WorkerLimiter extends Limiter {
  /** To be called with what the first process answers. */
  receive(response: TakeResponse): void;
}

/** Longer than the first process is busy with anything, in milliseconds. */
const ANSWER_MS = 1000;

interface Waiting {
  readonly claims: readonly Claim[];
  readonly resolve: (room: Room) => void;
  readonly reject: (error: Error) => void;
}

/** Asks once for all calls of a turn of the event loop. */
export function createWorkerLimiter(
  send: (request: TakeRequest) => void,
  answerMs = ANSWER_MS,
): WorkerLimiter {
  let waiting: Waiting[] = [];
  let lastId = 0;
  const asked = new Map<number, { calls: readonly Waiting[]; deadline: NodeJS.Timeout }>();
  const ask = () => {
    const id = ++lastId;
    const calls = waiting;
    waiting = [];
    const deadline = setTimeout(settle, answerMs, id, []).unref();
    asked.set(id, { calls, deadline });
    send({ take: id, calls: calls.map(({ claims }) => claims) });
  };
  const settle = (id: number, rooms: TakeResponse['rooms']) => {
    const found = asked.get(id);
    asked.delete(id);
    clearTimeout(found?.deadline);
    for (const [at, { resolve, reject }] of (found?.calls ?? []).entries()) {
      const room = rooms[at];
      if (room) resolve(room);
      else reject(new Error('The first process does not say whether there is room'));
    }
  };
  return {
    take: (claims) =>
      new Promise((resolve, reject) => {
        if (waiting.push({ claims, resolve, reject }) === 1) setImmediate(ask);
      }),
    receive: ({ taken, rooms }) => settle(taken, rooms),
  };
}
