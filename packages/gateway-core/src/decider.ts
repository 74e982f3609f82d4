import { join } from 'node:path';
import type { KeyIndex } from '@tollkeeper/verify';
import type { GatewayFacts } from './fleet.ts';
import type { Run } from './fleet-options.ts';
import { createHealthMeter, type HealthMeter } from './health.ts';
import { createFreshness, createIndexStore, type Freshness, type KeyStore } from './sync/index.ts';
import { createRunLocks, openReader, openSpool, type UsageSpool } from './usage/index.ts';
import { createWorkerKeyStore } from './workers/worker-key-store.ts';
import type { Worker, Workers } from './workers/workers.ts';

/** Who decides and counts for the instance. */
export interface Decider {
  readonly keyStore: KeyStore;
  readonly freshness: Freshness;
  readonly spool: UsageSpool;
  readonly meter: HealthMeter;
  /** Says how people named the gateway, to all that decide. */
  describe(gateway: GatewayFacts): void;
  /** The keys in this process. */
  index(): KeyIndex | undefined;
}

export function decideHere({ identity, folder, instanceId, clock }: Run): Decider {
  const keyStore = createIndexStore(identity.organizationId);
  return {
    keyStore,
    freshness: createFreshness(clock),
    spool: openSpool(join(folder.path, 'usage'), instanceId),
    meter: createHealthMeter(clock),
    describe: () => undefined,
    index: keyStore.index,
  };
}

/** @param unreadable a worker could not read its keys from the disk */
export function decideInWorkers(
  { identity, folder, clock }: Run,
  workers: Workers,
  unreadable: () => void,
): Decider {
  const { organizationId, workspaceId, controlPlaneKey } = identity;
  const place = { organizationId, workspaceId, controlPlaneKey };
  const keyStore = createWorkerKeyStore({ workers, place, clock, unreadable });
  const freshness = createSharedFreshness(createFreshness(clock), workers);
  let described: GatewayFacts | undefined;
  workers.onStart(async (worker) => {
    await keyStore.bringUp(worker);
    if (described) void worker.ask({ type: 'gateway', gateway: described });
    freshness.sendTo(worker);
  });
  const own = createHealthMeter(clock);
  return {
    keyStore,
    freshness,
    spool: openHandOver(join(folder.path, 'usage'), workers),
    meter: { ...own, last: () => sum(own.last(), workers.health()) },
    describe(gateway) {
      described = gateway;
      for (const worker of workers.all()) void worker.ask({ type: 'gateway', gateway });
    },
    index: () => undefined,
  };
}

type Health = ReturnType<HealthMeter['last']>;

function sum(one: Health, other: Health): Health {
  return {
    callsPerMinute: one.callsPerMinute + other.callsPerMinute,
    cpuPercent: one.cpuPercent + other.cpuPercent,
    memoryBytes: one.memoryBytes + other.memoryBytes,
  };
}

/** The spool of a process that only hands over: its workers write, each into a run of its own. */
function openHandOver(folder: string, workers: Workers): UsageSpool {
  const locks = createRunLocks(folder);
  const reader = openReader(folder, (id) => workers.isCounting(id) || locks.isHeld(id));
  const nothing = () => undefined;
  return {
    count: nothing,
    countCanary: nothing,
    flush: nothing,
    roll: nothing,
    close: nothing,
    next: reader.next,
    stored: reader.stored,
    pendingCalls: () => workers.health().pendingCalls + reader.waitingCalls(),
    fault: () => workers.health().fault ?? reader.fault(),
  };
}

interface SharedFreshness extends Freshness {
  /** Sends the last confirmation to a worker that starts. */
  sendTo(worker: Worker): void;
}

/** Passes every confirmation on. A worker that misses one is older than it could be: it refuses. */
function createSharedFreshness(own: Freshness, workers: Workers): SharedFreshness {
  function sendTo(worker: Worker): void {
    void worker.ask({ type: 'fresh', confirmed: own.state(), ageMs: own.ageMs() });
  }
  const sendToAll = () => workers.all().forEach(sendTo);
  return {
    ...own,
    sendTo,
    confirm(askedAt) {
      own.confirm(askedAt);
      sendToAll();
    },
    restore(confirmed) {
      own.restore(confirmed);
      sendToAll();
    },
    clear() {
      own.clear();
      sendToAll();
    },
  };
}
