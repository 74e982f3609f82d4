import { join } from 'node:path';
import { buildOnce, isBuilt } from './build-once.mjs';
import { root, useProjectTools } from './processes.mjs';

/**
 * The file of a program that the command line starts. A gateway is built first. The operator's
 * commands run from their sources unless the server is built: a build takes longer than they do.
 * @param {'admin' | 'gateway'} program
 * @returns {Promise<string>}
 */
export async function findProgram(program) {
  if (program === 'admin') {
    return isControlPlaneBuilt() ? builtAdmin : join(root, 'apps/control-plane/src/admin.ts');
  }
  useProjectTools();
  try {
    await buildGateway();
    return builtGateway;
  } catch {
    // A folder that this user may not write to, for example. From its sources it runs as well.
    return join(root, 'apps/gateway/src/main.ts');
  }
}

/** The server in one file, once it is built. */
export const builtControlPlane = join(root, 'apps/control-plane/dist/main.mjs');
/** The operator's commands, built with it. */
export const builtAdmin = join(root, 'apps/control-plane/dist/admin.mjs');

const controlPlane = {
  what: 'the server',
  folder: 'apps/control-plane',
  sources: ['apps/control-plane', 'packages', 'scripts/node-program.ts', 'package-lock.json'],
};

/**
 * Builds the control plane unless it is built of these very sources. From its sources it runs as
 * well, but takes twice the processor time to start, and its commands five times: a thousand modules are resolved one by one.
 */
export function buildControlPlane() {
  return buildOnce(controlPlane);
}

export function isControlPlaneBuilt() {
  return isBuilt(controlPlane);
}

/** The gateway in one file, once it is built. */
export const builtGateway = join(root, 'apps/gateway/dist/main.mjs');

/**
 * Builds the gateway unless it is built of these very sources. From its sources it runs as well, but
 * takes twice as long to start, and 30 MiB more.
 */
export function buildGateway() {
  return buildOnce({
    what: 'the gateway',
    folder: 'apps/gateway',
    sources: ['apps/gateway', 'packages', 'scripts/node-program.ts', 'package-lock.json'],
  });
}

/** Builds the dashboard unless it is built of these very sources. */
export function buildDashboard() {
  return buildOnce({
    what: 'the dashboard',
    folder: 'apps/dashboard',
    sources: ['apps/dashboard', 'packages', 'package-lock.json'],
  });
}
