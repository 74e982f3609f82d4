import { createPublicKey } from 'node:crypto';
import { publicKeyText } from '@tollkeeper/protocol';
import { onTestFinished } from 'vitest';
import { openTestSync, type TestSync } from '../sync/sync.fixture.ts';
import { createTestClock, type TestClock } from '../testing/clock.ts';
import { createSealer } from '../testing/sealer.ts';
import { makeStateDir } from '../testing/start.ts';
import { decisionsOf, ORGANIZATION, WORKSPACE } from '../testing/world.ts';
import { createWorkerFleet } from './worker-fleet.ts';
import { createWorkerKeyStore } from './worker-key-store.ts';
import type { Worker, Workers } from './workers.ts';

/** For tests: a worker in this process that executes its commands one after another. */
export interface TestWorker extends Worker {
  serve(): void;
  /** Stops working. @returns what makes it go on */
  hang(): () => void;
  /** About the first secrets, or why there are none. */
  decisions(): string[] | string;
}

export interface TestWorkers extends TestSync {
  /** Starts one, which receives what is sent from now on. */
  start(): TestWorker;
  /** Gives it the keys that the others have, and has it accept requests. */
  bringUp(worker: TestWorker): Promise<void>;
}

export async function openTestWorkers(staleMaxMs: number | null = null): Promise<TestWorkers> {
  const [sealer, clock, stateDir] = [createSealer(), createTestClock(), await makeStateDir()];
  const running = new Set<TestWorker>();
  const workers: Workers = {
    all: () => [...running],
    async replace(worker) {
      for (const each of running) if (each === worker) running.delete(each);
    },
    onStart: () => undefined,
    isCounting: () => true,
    health: () => ({
      callsPerMinute: 0,
      cpuPercent: 0,
      memoryBytes: 0,
      pendingCalls: 0,
      fault: null,
    }),
  };
  const controlPlaneKey = publicKeyText(createPublicKey(sealer.signingKey));
  const place = { organizationId: ORGANIZATION, workspaceId: WORKSPACE, controlPlaneKey };
  const unreadable = () => it.sync.distrustDisk();
  const keyStore = createWorkerKeyStore({ workers, place, clock, unreadable });
  const it = await openTestSync(sealer, { stateDir, clock, keyStore });
  return {
    ...it,
    start() {
      const worker = createTestWorker(stateDir, staleMaxMs, clock, () => !running.has(worker));
      running.add(worker);
      return worker;
    },
    async bringUp(worker) {
      await keyStore.bringUp(worker);
      worker.serve();
    },
  };
}

function createTestWorker(
  stateDir: string,
  staleMaxMs: number | null,
  clock: TestClock,
  hasEnded: () => boolean,
): TestWorker {
  const fleet = createWorkerFleet({ stateDir, runId: 'a'.repeat(32), staleMaxMs, clock });
  onTestFinished(fleet.close);
  let last: Promise<unknown> = Promise.resolve();
  let isServing = false;
  return {
    isServing: () => isServing,
    hasEnded,
    serve() {
      isServing = true;
    },
    hang() {
      const { promise, resolve } = Promise.withResolvers<void>();
      last = last.then(() => promise);
      return resolve;
    },
    ask(command) {
      const copy = structuredClone(command);
      const done = last.then(() => fleet.execute(copy));
      last = done.catch(() => undefined);
      return done.then(
        () => true,
        () => false,
      );
    },
    decisions() {
      const keys = fleet.keys();
      return typeof keys === 'string' ? keys : decisionsOf(keys.index, 4);
    },
  };
}
