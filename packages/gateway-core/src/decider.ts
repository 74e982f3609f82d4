import { join } from 'node:path';
import type { KeyIndex } from '@tollkeeper/verify';
import type { Run } from './fleet-options.ts';
import { createHealthMeter, type HealthMeter } from './health.ts';
import { createFreshness, createIndexStore, type Freshness, type KeyStore } from './sync/index.ts';
import { openSpool, type UsageSpool } from './usage/index.ts';
import {
  createSharedFreshness,
  createWorkerKeyStore,
  openHandOver,
  type Workers,
} from './workers/index.ts';

/** Who decides and counts for the instance. */
export interface Decider {
  readonly keyStore: KeyStore;
  readonly freshness: Freshness;
  readonly spool: UsageSpool;
  readonly meter: HealthMeter;
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
  workers.onStart(async (worker) => {
    await keyStore.bringUp(worker);
    freshness.sendTo(worker);
  });
  const own = createHealthMeter(clock);
  return {
    keyStore,
    freshness,
    spool: openHandOver(join(folder.path, 'usage'), workers),
    meter: { ...own, last: () => sum(own.last(), workers.health()) },
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
