// An instance in a process of its own, until it is killed. Arguments: the control plane, the state
// folder. Prints "started", or the denial.
import { startFleet } from '../start-fleet.ts';

const [controlPlane = '', stateDir = ''] = process.argv.slice(2);
const silent = () => undefined;
try {
  await startFleet({
    controlPlane,
    stateDir,
    joinKey: 'tk_join_of_a_test',
    name: 'edge-1',
    softwareVersion: '0.1.0',
    hostname: 'edge-1.example.com',
    staleMaxMs: null,
    log: { debug: silent, info: silent, warn: silent, error: silent },
  });
  console.log('started');
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
