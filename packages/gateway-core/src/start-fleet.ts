import { randomBytes as nodeRandomBytes } from 'node:crypto';
import { systemClock } from './clock.ts';
import { parseControlPlaneAddress } from './connection/control-plane-address.ts';
import type { Fleet } from './fleet.ts';
import type { FleetOptions } from './fleet-options.ts';
import { openIdentity } from './identity/index.ts';
import { runFleet } from './run-fleet.ts';
import { openStateFolder } from './state-folder/index.ts';

/**
 * Starts an instance of the fleet: joins, if it has not yet, and keeps the keys of its workspace up
 * to date. Resolves when it can decide, or when the control plane cannot be reached: it then denies
 * every request and keeps trying.
 * @throws FleetError; the signal's reason
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { clock = systemClock, random = Math.random, fetch = globalThis.fetch } = options;
  const { randomBytes = nodeRandomBytes } = options;
  const controlPlane = parseControlPlaneAddress(options.controlPlane);
  const folder = await openStateFolder(options.stateDir, options.log);
  try {
    const { joinKey, name, softwareVersion, log, signal } = options;
    const joining = { controlPlane, joinKey, name, softwareVersion, fetch, clock, random, log };
    const identity = await openIdentity(folder, { ...joining, signal });
    const instanceId = randomBytes(16).toString('hex');
    return await runFleet({
      ...options,
      controlPlane,
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
