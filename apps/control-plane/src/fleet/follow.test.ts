import { findSecret, hashSecret, secretFacts } from '@tollkeeper/verify';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Client } from '../testing/client.ts';
import { type GatewayClient, joinWithIdentity, openGateway } from '../testing/gateway-client.ts';
import type { Query } from '../testing/query-database.ts';
import { defaultWorkspace, makeKey, startOrganization } from '../testing/start-organization.ts';
import type { TestApp } from '../testing/test-app.ts';

const WAIT = { timeout: 10_000, interval: 5 };

let app: TestApp;
let owner: Client;
let query: Query;
let workspaceId: string;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
  workspaceId = await defaultWorkspace(owner);
});

async function connect(
  joined = joinWithIdentity(app, owner, workspaceId),
  options: Parameters<typeof openGateway>[2] & { app?: TestApp } = {},
): Promise<GatewayClient> {
  const gateway = openGateway(options.app ?? app, await joined, options);
  onTestFinished(() => gateway.close());
  await gateway.hello();
  return gateway;
}

function facts({ index }: GatewayClient, secret: string) {
  return secretFacts(index(), findSecret(index(), hashSecret(secret)));
}

async function currentVersion(id = workspaceId): Promise<number> {
  const [row] = await query<{ version: string }>('select version from workspace where id = $1', [
    id,
  ]);
  return Number(row?.version);
}

function upToDate(gateway: GatewayClient): Promise<unknown> {
  return vi.waitUntil(
    async () => gateway.version() === (await currentVersion(gateway.joined.workspaceId)),
    WAIT,
  );
}

describe('a gateway that connects', () => {
  it('is told who it is, and gets all that it decides with', async () => {
    const key = await makeKey(app, owner);
    const gateway = await connect();
    expect(await gateway.wait('gateway')).toMatchObject({
      gatewayId: gateway.joined.gatewayId,
      workspaceId,
      name: 'edge',
      draining: false,
    });
    await gateway.wait('snapshot');
    await upToDate(gateway);
    expect(facts(gateway, key.secret)).toMatchObject({ keyId: key.id, status: 'active' });
    expect(gateway.faults).toEqual([]);
  });

  it('hears of a change as the next version', async () => {
    const key = await makeKey(app, owner);
    const gateway = await connect();
    await gateway.wait('changes');
    const before = gateway.version() ?? Number.NaN;
    await owner.post(`/v1/api-keys/${key.id}/disable`);
    await vi.waitUntil(() => facts(gateway, key.secret)?.status === 'disabled', WAIT);
    expect(gateway.version()).toBe(before + 1);
    expect(gateway.faults).toEqual([]);
  });
});
