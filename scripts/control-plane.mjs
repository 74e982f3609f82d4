import { join } from 'node:path';
import { buildOnce, isBuilt } from './build-once.mjs';
import { root } from './processes.mjs';

/** The server in one file, once it is built. */
export const builtControlPlane = join(root, 'apps/control-plane/dist/main.mjs');
/** The operator's commands, built with it. */
export const builtAdmin = join(root, 'apps/control-plane/dist/admin.mjs');

const controlPlane = {
  what: 'the server',
  folder: 'apps/control-plane',
  sources: ['apps/control-plane', 'packages', 'scripts/node-program.ts', 'package-lock.json'],
  args: [],
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
