import { join } from 'node:path';
import { readPublicKey } from '@tollkeeper/protocol';
import { type Clock, repeat, systemClock } from '../clock.ts';
import type { Fleet, GatewayFacts, WorkspaceKeys } from '../fleet.ts';
import { createHealthMeter, HEALTH_MS } from '../health.ts';
import { openSnapshotFile } from '../snapshot/snapshot-file.ts';
import {
  createFreshness,
  createIndexStore,
  isFresh,
  type KeyStore,
  type KeysDraft,
  readStored,
} from '../sync/index.ts';
import { lockRun, openWriter } from '../usage/index.ts';
import type { WorkerCommand, WorkerHealth, WorkerPlace } from './workers.ts';

/** A worker's half of an instance: it decides and counts as the primary commands. */
export interface WorkerFleet extends Pick<Fleet, 'keys' | 'count' | 'countCanary' | 'flush'> {
  /** Await each before the next. @throws when it cannot be done: every request is denied from then on */
  execute(command: WorkerCommand): Promise<void>;
  /** To be called when the primary is gone: no revocation arrives any more, so every request is denied. */
  primaryLost(): void;
  health(): WorkerHealth;
  /** Makes a last batch of what was counted. */
  close(): void;
}

export interface WorkerFleetOptions {
  readonly stateDir: string;
  /** Of this process: 32 hexadecimal digits. The primary knows it before the first call. */
  readonly runId: string;
  readonly staleMaxMs: number | null;
  readonly clock?: Clock;
}

const ROLL_MS = 1000;

export function createWorkerFleet(options: WorkerFleetOptions): WorkerFleet {
  const { stateDir, runId, staleMaxMs, clock = systemClock } = options;
  const run = join(stateDir, 'usage', runId);
  const writer = openWriter(run);
  const meter = createHealthMeter(clock);
  const freshness = createFreshness(clock);
  let member: Member | undefined;
  let draft: KeysDraft | undefined;
  let keys: WorkspaceKeys | undefined;
  let gateway: GatewayFacts | undefined;
  let isPrimaryLost = false;
  let isRemoved = false;
  let isLocked = false;
  const stops = [repeat(clock, ROLL_MS, writer.roll), repeat(clock, HEALTH_MS, meter.measure)];

  async function execute(command: WorkerCommand): Promise<void> {
    if (command.type === 'place') {
      member ??= enter(command.place);
      return;
    }
    if (command.type === 'fresh') {
      freshness.adopt(command.confirmed, command.ageMs);
      return;
    }
    if (command.type === 'gateway') {
      gateway = command.gateway;
      return;
    }
    if (command.type === 'remove') {
      isRemoved = true;
      await member?.keyStore.clear();
      return;
    }
    if (!member) throw new Error('The worker does not know its workspace yet');
    try {
      draft = await change(member, draft, command, stateDir);
    } catch (error) {
      draft = undefined;
      await member.keyStore.clear();
      throw error;
    }
  }

  /** Without the lock a count is lost only if primary and worker are killed in turn. */
  function lock(): void {
    isLocked = true;
    try {
      lockRun(run);
    } catch {}
  }

  return {
    execute,
    keys() {
      const index = member?.keyStore.index();
      if (!member || !index || isPrimaryLost) return isRemoved ? 'gateway_removed' : 'no_snapshot';
      if (!isFresh(freshness, staleMaxMs)) return 'snapshot_stale';
      const { organizationId, workspaceId } = member.place;
      if (keys?.index !== index || keys.gateway !== gateway) {
        keys = { index, organizationId, workspaceId, gateway };
      }
      return keys;
    },
    count(subject, accepted, atMs, call, ip) {
      if (!isLocked) lock();
      meter.countCall();
      writer.count(subject, accepted, atMs, call, ip);
    },
    countCanary(keyId, caller, atMs) {
      if (!isLocked) lock();
      writer.countCanary(keyId, caller, atMs);
    },
    flush: writer.flush,
    primaryLost() {
      isPrimaryLost = true;
    },
    health: () => ({
      ...meter.last(),
      pendingCalls: writer.pendingCalls(),
      fault: writer.fault(),
    }),
    close() {
      for (const stop of stops) stop();
      writer.close();
    },
  };
}

interface Member {
  readonly place: WorkerPlace;
  readonly keyStore: ReturnType<typeof createIndexStore>;
}

function enter(place: WorkerPlace): Member {
  return { place, keyStore: createIndexStore(place.organizationId) };
}

type KeysCommand = Exclude<
  WorkerCommand,
  { readonly type: 'place' | 'fresh' | 'remove' | 'gateway' }
>;

/** @returns the draft that stands afterwards */
async function change(
  { keyStore, place }: Member,
  draft: KeysDraft | undefined,
  command: KeysCommand,
  stateDir: string,
): Promise<KeysDraft | undefined> {
  switch (command.type) {
    case 'load': {
      await load(keyStore, place, command.version, stateDir);
      return draft;
    }
    case 'begin':
      return keyStore.begin();
    case 'add':
      await needed(draft).add(command.part);
      return draft;
    case 'use':
      // The primary keeps the count of versions.
      await needed(draft).use(0);
      return undefined;
    case 'apply':
      await keyStore.apply(command.part, 0);
      return draft;
    case 'clear':
      await keyStore.clear();
      return undefined;
  }
}

/** All of it, and nothing older than what the others decide with. */
async function load(
  keyStore: KeyStore,
  place: WorkerPlace,
  version: number,
  stateDir: string,
): Promise<void> {
  const snapshotFile = openSnapshotFile({ path: stateDir });
  try {
    const controlPlaneKey = readPublicKey(place.controlPlaneKey);
    const keys = await keyStore.begin(await snapshotFile.bytes());
    const stored = await readStored({ snapshotFile, controlPlaneKey, place }, keys);
    if (!stored || stored.version < version) {
      throw new Error(`The disk holds version ${stored?.version ?? 'none'}, not ${version}`);
    }
    await keys.use(stored.version);
  } finally {
    await snapshotFile.close();
  }
}

function needed(draft: KeysDraft | undefined): KeysDraft {
  if (!draft) throw new Error('No keys were begun');
  return draft;
}
