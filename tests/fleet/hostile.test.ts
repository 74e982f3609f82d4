/** What a gateway in wrong hands can do to the others. */
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import {
  joinWithIdentity,
  openGateway,
} from '../../apps/control-plane/src/testing/gateway-client.ts';
import {
  defaultWorkspace,
  startOrganization,
} from '../../apps/control-plane/src/testing/start-organization.ts';
import type { TestApp } from '../../apps/control-plane/src/testing/test-app.ts';

let app: TestApp;
let owner: Client;

beforeAll(async () => {
  ({ app, owner } = await startOrganization());
});

async function connect() {
  const joined = await joinWithIdentity(app, owner, await defaultWorkspace(owner));
  const gateway = openGateway(app, joined);
  onTestFinished(() => gateway.close());
  await gateway.hello();
  await gateway.wait('snapshot');
  return gateway;
}

test('a text that the database cannot store keeps no other gateway from being seen', async () => {
  const health = { type: 'health', callsPerMinute: 7, cpuPercent: 0, memoryBytes: 0 } as const;
  const hostile = await connect();
  hostile.send({ ...health, spooledCalls: 0, fault: 'nul \0' });
  hostile.send({ type: 'reject', reason: 'gap', detail: 'nul \0' });

  const other = await connect();
  other.send({ ...health, spooledCalls: 0, fault: null });

  await vi.waitFor(
    async () => {
      const { body } = await owner.get(`/v1/gateways/${other.joined.gatewayId}`);
      expect(body).toMatchObject({ callsPerMinute: 7 });
    },
    { interval: 50 },
  );
});
