/** What the control plane shows of the upstreams of a gateway with several workers. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Gateway } from '@tollkeeper/contract';
import { expect, onTestFinished, test } from 'vitest';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { makeCallKey } from '../../apps/control-plane/src/testing/keys.ts';
import { startOrganization } from '../../apps/control-plane/src/testing/start-organization.ts';
import { freePort } from '../../apps/gateway/src/testing/free-port.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { makeFolder } from '../processes/child-process.ts';
import { openConnection } from './client-connection.ts';
import { startGateway } from './gateway.ts';
import { startUpstream } from './upstream.ts';

test('the Fleet page learns which upstreams receive requests, from all workers', async () => {
  const { app, owner } = await startOrganization();
  const key = await makeCallKey(app, owner);
  const config = join(await makeFolder(), 'gateway.yaml');
  const port = await freePort();
  const [live, dead] = [await startUpstream(), `http://127.0.0.1:${port}`];
  await writeFile(
    config,
    `routes:
  - path: /
    upstreams: [{ url: "${live}" }, { url: "${dead}/" }]
    healthCheck: { path: /, intervalMs: 50 }
`,
  );
  const { secret: joinKey } = await makeJoinKey(owner);
  const gateway = await startGateway({ controlPlane: app.baseUrl, joinKey, workers: 2, config });
  const isShown = (state: string) =>
    until(`${dead} is ${state}`, async () => {
      const { body } = await owner.get<{ data: Gateway[] }>('/v1/gateways');
      const shown = body.data[0]?.upstreams ?? [];
      const states = new Map(shown.map((each) => [each.url, each.state]));
      return states.get(live) === 'up' && states.get(dead) === state;
    });

  await isShown('down');
  for (let asked = 0; asked < 8; asked++) {
    const { status } = await openConnection(gateway.baseUrl, key.secret).ask();
    expect(status).toBe(200);
  }
  const server = createServer((_, res) => res.end()).listen(port, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await isShown('up');
});
