import { type Clock, pause } from '../clock.ts';
import { type KeyStore, requirePart } from '../sync/index.ts';
import type { Worker, WorkerCommand, WorkerPlace, Workers } from './workers.ts';

export interface WorkerKeyStore extends KeyStore {
  /** Brings a worker to where the others are. Settled before it takes requests. */
  bringUp(worker: Worker): Promise<void>;
}

interface Options {
  readonly workers: Workers;
  readonly place: WorkerPlace;
  readonly clock: Clock;
  /** A worker could not read from the disk what the others decide with. */
  readonly unreadable: () => void;
}

/** How long a worker waits that could not be given its keys, in milliseconds. */
const AGAIN_MS = 1000;

/**
 * Has the workers keep the keys. The primary keeps none: a worker that comes later reads them from
 * the disk, where every version is before it is in use. What changes meanwhile waits behind that in
 * the worker's queue, so that it misses nothing; repeating a change does no harm.
 */
export function createWorkerKeyStore({ workers, place, clock, unreadable }: Options) {
  const { organizationId } = place;
  /** That all decide with. */
  let current: number | null = null;
  let isRemoved = false;
  /** Workers that have the current keys, or were asked to read them. */
  const informed = new WeakSet<Worker>();

  /** Replaces a serving worker that could not apply a command: it must not decide with old keys. */
  async function send(worker: Worker, command: WorkerCommand): Promise<boolean> {
    if (await worker.ask(command)) return true;
    informed.delete(worker);
    if (worker.isServing() && !worker.hasEnded()) await workers.replace(worker);
    return false;
  }

  /** Waits for those that take requests. The others do not before they have done it. */
  async function sendAll(to: readonly Worker[], commandOf: (worker: Worker) => WorkerCommand) {
    await Promise.all(
      to.map((worker) => {
        const sent = send(worker, commandOf(worker));
        return worker.isServing() ? sent : undefined;
      }),
    );
  }

  const keyStore: WorkerKeyStore = {
    async begin() {
      const members = new Set(workers.all());
      const toMembers = (command: WorkerCommand) =>
        Promise.all(
          [...members].map(async (each) => (await send(each, command)) || members.delete(each)),
        );
      await toMembers({ type: 'begin' });
      return {
        async add(part) {
          await requirePart(organizationId, part);
          await toMembers({ type: 'add', part });
        },
        async use(version) {
          current = version;
          const all = workers.all();
          for (const worker of all) informed.add(worker);
          await sendAll(all, (worker) =>
            members.has(worker) ? { type: 'use' } : { type: 'load', version },
          );
        },
      };
    },
    async apply(part, version) {
      current = version;
      const all = workers.all().filter((worker) => informed.has(worker));
      await sendAll(all, () => ({ type: 'apply', part }));
    },
    async clear() {
      current = null;
      await sendAll(workers.all(), () => ({ type: 'clear' }));
    },
    async remove() {
      current = null;
      isRemoved = true;
      await sendAll(workers.all(), () => ({ type: 'remove' }));
    },
    async bringUp(worker) {
      await worker.ask({ type: 'place', place });
      if (isRemoved) await worker.ask({ type: 'remove' });
      while (current !== null && !worker.hasEnded()) {
        if (!informed.has(worker)) {
          informed.add(worker);
          await send(worker, { type: 'load', version: current });
        }
        if (informed.has(worker)) return;
        if (!worker.hasEnded()) unreadable();
        await pause(clock, AGAIN_MS);
      }
    },
  };
  return keyStore;
}
