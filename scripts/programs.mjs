import { join } from 'node:path';
import { builtAdmin, isControlPlaneBuilt } from './control-plane.mjs';
import { buildGateway, builtGateway } from './gateway.mjs';
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
