import type { Worker as ClusterWorker } from 'node:cluster';
import { randomBytes } from 'node:crypto';
import type { Limiter, Worker } from '@tollkeeper/gateway-core';
import { takeForWorker } from '../limits/take-for-worker.ts';
import type { Answer, Order, Report, TakeRequest } from './message.ts';

/** A worker, from the primary's side. */
export interface WorkerProcess extends Worker {
  readonly pid: number;
  readonly runId: string;
  readonly ended: Promise<void>;
  /** Undefined when the process has ended, and not before. */
  send(order: Order): Promise<Answer | undefined>;
  /** Its last report; undefined before the first. */
  lastReport(): Report | undefined;
  /** It takes requests. */
  serve(): void;
  kill(): void;
}

/** Below a fault of the machine no order takes so long, in milliseconds. */
const ANSWER_MS = 5000;
/** For a process to come up, or to read a million keys. */
const LONG_ANSWER_MS = 60_000;

interface Pending {
  readonly id: number;
  readonly withinMs: number;
  readonly resolve: (answer: Answer | undefined) => void;
}

/** @param limiter the counters of all workers */
export function createWorkerProcess(process: ClusterWorker, limiter: Limiter): WorkerProcess {
  const pending: Pending[] = [];
  let nextId = 1;
  let isServing = false;
  let hasEnded = false;
  let report: Report | undefined;
  let deadline: NodeJS.Timeout | undefined;

  const kill = () => void process.process.kill('SIGKILL');
  /** Orders are done in turn: only the first can be late. */
  const watch = () => {
    clearTimeout(deadline);
    const [first] = pending;
    if (first && !hasEnded) deadline = setTimeout(kill, first.withinMs);
  };
  const ended = new Promise<void>((resolve) => {
    process.once('exit', () => {
      hasEnded = true;
      clearTimeout(deadline);
      for (const each of pending.splice(0)) each.resolve(undefined);
      resolve();
    });
  });
  process.on('message', (message: Answer | TakeRequest) => {
    if ('take' in message) void take(message);
    else receive(message);
  });
  const take = async (request: TakeRequest) => {
    const response = await takeForWorker(limiter, request);
    if (!hasEnded) process.send(response);
  };
  const receive = (answer: Answer) => {
    report = answer.report ?? report;
    if (pending[0]?.id !== answer.id) return kill();
    pending.shift()?.resolve(answer);
    watch();
  };
  // Its channel is broken: it receives no commands any more, and must not go on.
  process.on('error', kill);

  function send(order: Order): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      if (hasEnded) return resolve(undefined);
      const id = nextId++;
      const isFirst = pending.push({ id, withinMs: patienceFor(order), resolve }) === 1;
      if (isFirst) watch();
      process.send({ id, order });
    });
  }

  return {
    pid: process.process.pid ?? 0,
    runId: randomBytes(16).toString('hex'),
    ended,
    isServing: () => isServing,
    hasEnded: () => hasEnded,
    async ask(command) {
      const answer = await send(command);
      return answer !== undefined && answer.fault === undefined;
    },
    send,
    lastReport: () => report,
    serve() {
      isServing = true;
    },
    kill,
  };
}

function patienceFor({ type }: Order): number {
  return type === 'start' || type === 'load' ? LONG_ANSWER_MS : ANSWER_MS;
}
