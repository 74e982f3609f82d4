/** For tests: a gateway in a process of its own, which tells its parent where it is and what it takes. */
import { createCounters, systemClock } from '@tollkeeper/gateway-core';
import { startGateway } from '../app.ts';
import type { Limits } from '../config/config.ts';
import { createLog } from '../log.ts';
import { testConfig } from './test-config.ts';
import { createTestFleet } from './test-fleet.ts';

const [upstreamUrl, options = ''] = process.argv.slice(2);
const { limits, others }: Options = JSON.parse(options);
interface Options {
  readonly limits: Partial<Limits>;
  readonly others: Readonly<Record<string, string>>;
}

const fleet = createTestFleet();
const secret = fleet.addKey();
const config = await testConfig(upstreamUrl);
const [root] = config.routes;
if (!root) throw new Error('no route');
const further = Object.entries(others).map(([path, url]) => ({
  ...{ ...root, path, upstream: new URL(url) },
}));
const gateway = await startGateway({
  config: {
    ...config,
    limits: { ...config.limits, ...limits },
    routes: [...further, root],
  },
  fleet,
  limiter: createCounters(systemClock),
  log: createLog('error'),
  nowMs: Date.now,
});
const tell = () =>
  process.send?.({
    secret,
    address: gateway.address,
    adminAddress: gateway.adminAddress,
    maxRssKiB: process.resourceUsage().maxRSS,
  });
process.on('message', tell);
tell();
