/** For tests: a gateway in this process before an upstream of the test's own. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCounters, type Limiter, systemClock } from '@tollkeeper/gateway-core';
import { type Gateway, startGateway } from '../app.ts';
import { formatAddress } from '../config/address.ts';
import type { Config } from '../config/config.ts';
import { createLog } from '../log.ts';
import { closeLater } from './close-later.ts';
import { testConfig } from './test-config.ts';
import { createTestFleet, type TestFleet } from './test-fleet.ts';

export interface TestGateway extends Gateway {
  readonly config: Config;
  readonly fleet: TestFleet;
  readonly url: string;
  readonly adminUrl: string;
  /** What it has written to its log. */
  readonly log: string[];
}

export { testConfig };

interface TestOptions {
  readonly graceMs?: number;
  readonly nowMs?: () => number;
  readonly limiter?: Limiter;
}

/**
 * @param change of a configuration with one route to the upstream
 * @param times how long it serves on when it is closed, and its clock
 */
export async function startTestGateway(
  upstreamUrl: string | undefined,
  change: Partial<Config> = {},
  { graceMs = 0, nowMs = Date.now, limiter = createCounters(systemClock) }: TestOptions = {},
): Promise<TestGateway> {
  const fleet = createTestFleet();
  const log: string[] = [];
  const config = { ...(await testConfig(upstreamUrl)), ...change };
  const gateway = await startGateway({
    config,
    fleet,
    limiter,
    log: createLog('debug', { write: (line) => void log.push(line) }),
    nowMs,
    graceMs,
  });
  closeLater(() => gateway.close());
  const scheme = config.tls ? 'https' : 'http';
  return {
    ...gateway,
    config,
    fleet,
    log,
    url: `${scheme}://${formatAddress(gateway.address)}`,
    adminUrl: `http://${formatAddress(gateway.adminAddress)}`,
  };
}

export interface Upstream {
  readonly url: string;
  readonly server: Server;
  /** How many connections it has taken. */
  readonly connections: () => number;
}

export async function startUpstream(listener: RequestListener): Promise<Upstream> {
  const server = createServer(listener);
  let connections = 0;
  server.on('connection', () => {
    connections++;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closeLater(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}`, connections: () => connections };
}
