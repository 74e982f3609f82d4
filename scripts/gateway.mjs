import { join } from 'node:path';
import { buildOnce } from './build-once.mjs';
import { root } from './processes.mjs';

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
    args: [],
  });
}
