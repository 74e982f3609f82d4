/** For tests: a gateway in a process of its own, which tells its parent where it is and what it takes. */
import { startGateway } from '../app.ts';
import { createLog } from '../log.ts';
import { testConfig } from './test-config.ts';
import { createTestFleet } from './test-fleet.ts';

const [upstreamUrl, limits = '{}'] = process.argv.slice(2);
const fleet = createTestFleet();
const secret = fleet.addKey();
const config = await testConfig(upstreamUrl);
const gateway = await startGateway({
  config: { ...config, limits: { ...config.limits, ...JSON.parse(limits) } },
  fleet,
  log: createLog(
    'warn',
    (line) => process.stderr.write(line),
    () => new Date(),
  ),
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
