/** For tests: a gateway in a process of its own, which tells its parent where it is and what it takes. */
import { startGateway } from '../app.ts';
import { createLog } from '../log.ts';
import { testConfig } from './test-config.ts';
import { createTestFleet } from './test-fleet.ts';

const [upstreamUrl] = process.argv.slice(2);
const fleet = createTestFleet();
const secret = fleet.addKey();
const gateway = await startGateway({
  config: await testConfig(upstreamUrl),
  fleet,
  log: createLog(
    'warn',
    (line) => process.stderr.write(line),
    () => new Date(),
  ),
  nowMs: Date.now,
});
const tell = (ask: string) =>
  process.send?.({
    ask,
    secret,
    address: gateway.address,
    maxRssKiB: process.resourceUsage().maxRSS,
  });
process.on('message', (ask) => tell(String(ask)));
tell('start');
