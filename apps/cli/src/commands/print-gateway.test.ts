import { expect, test } from 'vitest';
import { createApi, createGateway, SECRET } from '../testing/fake-api.ts';
import { createHome, runCommand } from '../testing/run-command.ts';

const env = { TOLLKEEPER_API_KEY: SECRET, TOLLKEEPER_URL: 'http://toll:7420' };
const workspaces = {
  data: [
    {
      id: `ws_${'0'.repeat(20)}`,
      ...{ name: 'staging', environment: 'test', createdAt: '2026-11-23T07:57:00.000Z' },
      etag: 'etag-1',
      ...{ keysCount: 0, gatewaysCount: 0, joinKeysCount: 0 },
    },
  ],
  nextCursor: null,
};

test('a gateway is shown with its health, and both places of a shared identity', async () => {
  const instances = ['host-a', 'host-b'].map((hostname) => ({
    address: '192.0.2.1',
    hostname,
    connectedAt: '2026-11-23T07:58:00.000Z',
  }));
  const fault = 'The disk is full';
  const gateway = createGateway(1, {
    instances,
    identityConflict: true,
    witness: {
      ...{ key: 'w+1+A', size: 12, cosignedAt: '2026-11-23T07:57:00.000Z' },
      alarm: { kind: 'rollback', at: '2026-11-23T07:58:00.000Z', kept: '', received: '' },
    },
    fault,
    staleMaxMs: 60_000,
    upstreams: [
      { url: 'http://10.0.0.1:3000', state: 'up' },
      { url: 'http://10.0.0.2:3000', state: 'down' },
    ],
  });
  const api = createApi({
    [`GET /v1/gateways/${gateway.id}`]: gateway,
    'GET /v1/workspaces': workspaces,
  });
  await using home = await createHome();
  const argv = ['gateways', 'show', gateway.id];
  const { stdout } = await runCommand(home.homeFolder, argv, { env, fetch: api.fetch });
  for (const text of ['1,042', '3.3 % of one core', '90 MiB', 'host-a', 'host-b', fault]) {
    expect(stdout).toContain(text);
  }
  expect(stdout).toMatch(/Upstream +http:\/\/10\.0\.0\.1:3000 \(up\)/);
  expect(stdout).toMatch(
    /Upstream +http:\/\/10\.0\.0\.2:3000 \(down: it failed its health check\)/,
  );
  expect(stdout).toContain('for 60 s, then refuses all');
  expect(stdout).toMatch(/Workspace +staging \(ws_0+\)/);
  expect(stdout).toMatch(/Witness +cosigned 12 audit events .+\. Alarm: rollback, /);
  expect(stdout).toMatch(/Conflict +its identity is used from two places/);
});
