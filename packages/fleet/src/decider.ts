import { join } from 'node:path';
import type { KeyIndex } from '@tollkeeper/verify';
import type { Run } from './fleet-options.ts';
import {
  createFreshness,
  createIndexFollower,
  type Follower,
  type Freshness,
} from './follow/index.ts';
import { createHealthMeter, type HealthMeter } from './health.ts';
import { openSpool, type UsageSpool } from './usage/index.ts';
import {
  createToldFreshness,
  createWorkersFollower,
  openHandOver,
  type Workers,
} from './workers/index.ts';

/** Who decides and counts for the instance. */
export interface Decider {
  readonly follower: Follower;
  readonly freshness: Freshness;
  readonly spool: UsageSpool;
  readonly meter: HealthMeter;
  /** The keys in this process. */
  index(): KeyIndex | undefined;
}

export function decideHere({ identity, folder, instanceId, clock }: Run): Decider {
  const follower = createIndexFollower(identity.organizationId);
  return {
    follower,
    freshness: createFreshness(clock),
    spool: openSpool(join(folder.path, 'usage'), instanceId),
    meter: createHealthMeter(clock),
    index: follower.index,
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
  const follower = createWorkersFollower({ workers, place, clock, unreadable });
  const freshness = createToldFreshness(createFreshness(clock), workers);
  workers.onStart(async (worker) => {
    await follower.bringUp(worker);
    freshness.tell(worker);
  });
  const own = createHealthMeter(clock);
  return {
    follower,
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
