import { startControlPlane } from './control-plane.ts';
import { makeStateDir, start } from './start.ts';

/** For tests: a gateway that is connected and up to date. */
export async function startConnected(given: Partial<Parameters<typeof start>[0]> = {}) {
  const controlPlane = await startControlPlane();
  const stateDir = await makeStateDir();
  const options = { controlPlane: controlPlane.url, stateDir, ...given };
  const fleet = await start(options);
  const connection = await controlPlane.connected();
  await connection.next('ack');
  return { controlPlane, options, stateDir, fleet, connection };
}
