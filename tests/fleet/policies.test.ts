/** Policies at gateways as processes of their own, and in servers of other people's. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createVerifier, honoGuard } from '@tollkeeper/sdk/verifier';
import { Hono } from 'hono';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { makeCallKey, type TestKey } from '../../apps/control-plane/src/testing/keys.ts';
import { startLine } from '../../apps/control-plane/src/testing/line.ts';
import { claimedOrganization } from '../../apps/control-plane/src/testing/people.ts';
import { putTestPolicy } from '../../apps/control-plane/src/testing/policies.ts';
import {
  defaultWorkspace,
  startOrganization,
} from '../../apps/control-plane/src/testing/start-organization.ts';
import type { TestApp } from '../../apps/control-plane/src/testing/test-app.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { makeFolder } from '../processes/child-process.ts';
import { openConnection } from './client-connection.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { startUpstream } from './upstream.ts';
import { workersOf } from './worker-processes.ts';

let app: TestApp;
let owner: Client;
let organizationId: string;
let workspaceId: string;
let key: TestKey;

beforeAll(async () => {
  ({ app, owner } = await startOrganization());
  ({ organizationId } = await claimedOrganization(app));
  workspaceId = await defaultWorkspace(owner);
  key = await makeCallKey(app, owner);
});

beforeEach(() => put('forbid (principal, action, resource) when { false };'));

async function put(text: string): Promise<void> {
  await putTestPolicy(app, { id: `pol_${'9'.repeat(20)}`, organizationId, workspaceId, text });
}

/** Nothing but these, and only at gateways in Europe. */
const INVOICES = `forbid (principal, action, resource) unless {
  context.path like "/invoices*" && resource.hasTag("region") && resource.getTag("region") == "eu"
};`;

/** Statuses at each worker, each on a connection of its own. */
async function statusesAt(gateway: Gateway, path: string): Promise<number[]> {
  const statuses = new Set<number>();
  for (let asked = 0; asked < 8; asked++) {
    statuses.add((await openConnection(gateway.baseUrl, key.secret).ask(path)).status);
  }
  return [...statuses];
}

test('two workers go by them, also after kill -9 and without the control plane', async () => {
  const line = await startLine();
  line.aim(app);
  const { secret: joinKey } = await makeJoinKey(owner, { labels: { region: 'eu' } });
  const settings = { controlPlane: line.baseUrl, upstream: await startUpstream(), workers: 2 };
  const gateway = await startGateway({ ...settings, joinKey });
  await until('both workers take requests', () => workersOf(gateway).length === 2);
  expect(await statusesAt(gateway, '/other')).toEqual([200]);

  await put(INVOICES);
  await until('it is refused by all', async () => {
    return String(await statusesAt(gateway, '/other')) === '403';
  });
  expect(await statusesAt(gateway, '/invoices/1')).toEqual([200]);

  line.aim({ baseUrl: 'http://127.0.0.1:9' });
  gateway.signal('SIGKILL');
  await gateway.exited;
  const again = await startGateway({ ...settings, stateDir: gateway.stateDir });
  await until('both workers take requests', () => workersOf(again).length === 2);
  expect(await statusesAt(again, '/other')).toEqual([403]);
  expect(await statusesAt(again, '/invoices/1')).toEqual([200]);
});

test('a decision for another proxy goes by the original request', async () => {
  const config = join(await makeFolder(), 'gateway.yaml');
  const trusting = 'trustedProxies: [127.0.0.1]\nmethodHeader: X-Forwarded-Method\n';
  await writeFile(config, `forwardAuth: true\n${trusting}`);
  const { secret: joinKey } = await makeJoinKey(owner, { labels: { region: 'eu' } });
  const gateway = await startGateway({ controlPlane: app.baseUrl, joinKey, config });
  const ask = async (uri: string, method = 'GET') => {
    const original = { 'x-forwarded-uri': uri, 'x-forwarded-method': method };
    const headers = { ...original, 'x-forwarded-for': '192.0.2.7', 'x-api-key': key.secret };
    return (await fetch(`${gateway.baseUrl}/forward-auth`, { headers })).status;
  };
  expect(await ask('/other')).toBe(200);
  await put(INVOICES);
  await until('it is refused', async () => (await ask('/other')) === 403);
  expect(await ask('/invoices/1?a=b')).toBe(200);
  await put('forbid (principal, action in Action::"write", resource);');
  await until('another is in force', async () => (await ask('/other')) === 200);
  expect(await ask('/other', 'POST')).toBe(403);
});

test('the verifier of the SDK goes by the request, and refuses what needs one without', async () => {
  const { secret: joinKey } = await makeJoinKey(owner, { labels: { region: 'eu' } });
  const options = { controlPlane: app.baseUrl, joinKey, stateDir: await makeFolder() };
  const verifier = await createVerifier(options);
  onTestFinished(() => verifier.close());
  const server = new Hono<{ Variables: { tollkeeper: unknown } }>();
  server.use(honoGuard(verifier, { ip: () => '192.0.2.7' }));
  server.all('*', (context) => context.text('served'));
  const headers = { 'x-api-key': key.secret };
  const ask = async (path: string) => (await server.request(path, { headers })).status;
  const verify = (path?: string) => {
    const request = path === undefined ? {} : { request: { method: 'GET', path } };
    return verifier.verify({ key: key.secret, ip: '192.0.2.7', ...request }).code;
  };
  expect([await ask('/other'), verify()]).toEqual([200, 'valid']);
  await put(INVOICES);
  await until('it is refused', async () => (await ask('/other')) === 403);
  expect(await ask('/invoices/1')).toBe(200);
  expect([verify('/invoices/1'), verify('/other'), verify()]).toEqual([
    'valid',
    'policy_denied',
    'policy_denied',
  ]);
  await put(
    'forbid (principal, action, resource) unless { context has model && context.model == "a" };',
  );
  await until('another is in force', async () => (await ask('/invoices/1')) === 403);
  const withModel = (model: string) => {
    const request = { method: 'POST', path: '/', model };
    return verifier.verify({ key: key.secret, ip: '192.0.2.7', request }).code;
  };
  expect(['a', 'b'].map(withModel)).toEqual(['valid', 'policy_denied']);
});
