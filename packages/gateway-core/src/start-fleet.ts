import { randomBytes as nodeRandomBytes } from 'node:crypto';
import { type FleetUpstream, readPublicKey } from '@tollkeeper/protocol';
import { pause, systemClock } from './clock.ts';
import { parseControlPlaneAddress } from './connection/control-plane-address.ts';
import { openForwardProxy } from './connection/forward-proxy.ts';
import { decideHere, decideInWorkers } from './decider.ts';
import { createFaults } from './faults.ts';
import type { Fleet, WorkspaceKeys } from './fleet.ts';
import type { FleetOptions, Run } from './fleet-options.ts';
import { openIdentity } from './identity/open-identity.ts';
import { openLink } from './link.ts';
import { openConfirmedFile } from './snapshot/confirmed-file.ts';
import { openSnapshotFile } from './snapshot/snapshot-file.ts';
import { openStateFolder } from './state-folder/open-state-folder.ts';
import { createSnapshotSync, isFresh } from './sync/index.ts';
import { createWitness, openWitnessFolder } from './witness/index.ts';

/**
 * Starts an instance of the fleet: joins, if it has not yet, and keeps the keys of its workspace up
 * to date. Resolves when it can decide, or when the control plane cannot be reached: it then denies
 * every request and keeps trying.
 * @throws FleetError; the signal's reason
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { clock = systemClock, random = Math.random } = options;
  const { randomBytes = nodeRandomBytes } = options;
  const controlPlane = parseControlPlaneAddress(options.controlPlane);
  const proxy = options.proxy === undefined ? undefined : openForwardProxy(options.proxy);
  if (proxy) {
    const details = { controlPlane: controlPlane.text, proxy: proxy.text };
    options.log.info(details, 'the control plane is reached through a forward proxy');
  }
  const fetch = options.fetch ?? proxy?.fetch ?? globalThis.fetch;
  const folder = await openStateFolder(options.stateDir, options.log);
  try {
    const { joinKey, name, softwareVersion, log, signal } = options;
    const joining = { controlPlane, joinKey, name, softwareVersion, fetch, clock, random, log };
    const identity = await openIdentity(folder, { ...joining, signal });
    const instanceId = randomBytes(16).toString('hex');
    return await runFleet({
      ...options,
      controlPlane,
      proxy,
      folder,
      identity,
      instanceId,
      clock,
      random,
      randomBytes,
    });
  } catch (error) {
    folder.release();
    throw error;
  }
}

/** How long a start waits until it decides as its workspace stands. */
const FIRST_STATE_MS = 30_000;

/** Keeps the keys of the workspace up to date, as a gateway that the control plane has admitted. */
async function runFleet(run: Run): Promise<Fleet> {
  const { identity, folder, clock, staleMaxMs } = run;
  const { gatewayId, organizationId, workspaceId } = identity;
  const faults = createFaults();
  const decider = run.workers
    ? decideInWorkers(run, run.workers, () => sync.distrustDisk())
    : decideHere(run);
  const { keyStore, freshness, spool, meter } = decider;
  const witness = createWitness({
    folder: await openWitnessFolder(folder, organizationId),
    ...{ organizationId, logKey: run.transparencyLogKey, faults, clock, log: run.log },
  });
  const sync = createSnapshotSync({
    place: { organizationId, workspaceId },
    controlPlaneKey: readPublicKey(identity.controlPlaneKey),
    identityKey: identity.privateKey,
    snapshotFile: openSnapshotFile(folder),
    confirmedFile: openConfirmedFile(folder),
    keyStore,
    freshness,
    faults,
    clock,
    random: run.random,
    randomBytes: run.randomBytes,
    log: run.log,
  });
  await sync.load();
  let readUpstreams: () => readonly FleetUpstream[] = () => [];
  const link = openLink({
    ...{ run, sync, faults, spool, meter, witness, upstreams: () => readUpstreams() },
    described: decider.describe,
  });
  let keys: WorkspaceKeys | undefined;
  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    await link.close();
    await sync.close();
    folder.release();
  }

  const fleet: Fleet = {
    keys() {
      const index = decider.index();
      if (!index) return link.isRemoved() ? 'gateway_removed' : 'no_snapshot';
      if (!isFresh(freshness, staleMaxMs)) return 'snapshot_stale';
      const gateway = link.gateway();
      if (keys?.index !== index || keys.gateway !== gateway) {
        keys = { index, organizationId, workspaceId, gateway };
      }
      return keys;
    },
    count(subject, accepted, atMs, call, ip) {
      meter.countCall();
      spool.count(subject, accepted, atMs, call, ip);
    },
    countCanary: spool.countCanary,
    flush: spool.flush,
    status: () => ({
      ...link.known(),
      gatewayId,
      connected: link.isConnected(),
      version: sync.version(),
      ageMs: freshness.ageMs(),
      staleMaxMs,
      spooledCalls: spool.pendingCalls(),
      fault: faults.text(),
      witness: witness.status(),
    }),
    report(fault, topic = 'instance') {
      if (fault === null) faults.clear(topic);
      else faults.set(topic, fault);
    },
    watchUpstreams(read) {
      readUpstreams = read;
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
  try {
    if (sync.version() === null) await firstState(run, link.settled);
    return fleet;
  } catch (error) {
    await fleet.close();
    throw error;
  }
}

/** @throws the signal's reason */
async function firstState({ clock, signal }: Run, settled: Promise<void>): Promise<void> {
  const done = new AbortController();
  const ending = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
  await Promise.race([settled, pause(clock, FIRST_STATE_MS, ending)]).finally(() => done.abort());
}
