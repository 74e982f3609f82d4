/** Scopes that an organization defines for its own APIs, from their definition to the upstream. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVerifier } from '@tollkeeper/sdk/verifier';
import { expect, onTestFinished, test } from 'vitest';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { makeKey } from '../../apps/control-plane/src/testing/keys.ts';
import { startOrganization } from '../../apps/control-plane/src/testing/start-organization.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { makeFolder } from '../processes/child-process.ts';
import { startGateway } from './gateway.ts';
import { startUpstream } from './upstream.ts';

test('a route requires them, the upstream receives them, and none is left once deleted', async () => {
  const { app, owner } = await startOrganization();
  for (const name of ['invoices.read', 'invoices.pay']) {
    expect((await owner.post('/v1/api-scopes', { name })).status).toBe(201);
  }
  const holder = await makeKey(app, owner, { scopes: ['apis.call', 'invoices.read'] });
  const other = await makeKey(app, owner, { scopes: ['apis.call', 'invoices.pay'] });
  const upstream = await startUpstream((request, response) =>
    response.end(`${request.headers['x-tollkeeper-scopes']}`),
  );
  const config = join(await makeFolder(), 'gateway.yaml');
  await writeFile(
    config,
    `routes:
  - { path: /, upstream: "${upstream}" }
  - { path: /invoices, upstream: "${upstream}", scopes: [invoices.read] }
  - { path: /misspelt, upstream: "${upstream}", scopes: [invoice.read] }
`,
  );
  const { secret: joinKey } = await makeJoinKey(owner);
  const gateway = await startGateway({ controlPlane: app.baseUrl, joinKey, config });
  const ask = (path: string, secret: string) =>
    fetch(gateway.baseUrl + path, { headers: { 'x-api-key': secret } });
  const answer = await ask('/invoices', holder.secret);
  expect([answer.status, await answer.text()]).toEqual([200, 'apis.call invoices.read']);
  const refused = await ask('/invoices', other.secret);
  expect(await refused.json()).toMatchObject({
    ...{ status: 403, code: 'insufficient_scope', scopes: ['invoices.read'] },
  });
  expect((await ask('/misspelt', holder.secret)).status).toBe(403);
  await owner.delete('/v1/api-scopes/invoices.read?confirm=true');
  await until('the gateway refuses', async () => {
    return (await ask('/invoices', holder.secret)).status === 403;
  });
  expect(await (await ask('/', holder.secret)).text()).toBe('apis.call');
});

test('a verifier in process requires them, and throws for what can be no scope', async () => {
  const { app, owner } = await startOrganization();
  await owner.post('/v1/api-scopes', { name: 'invoices.read' });
  const { secret: key } = await makeKey(app, owner, { scopes: ['apis.call', 'invoices.read'] });
  const stateDir = await mkdtemp(join(tmpdir(), 'tollkeeper-verifier-'));
  const joinKey = await makeJoinKey(owner);
  const verifier = await createVerifier({
    ...{ controlPlane: app.baseUrl, joinKey: joinKey.secret, stateDir, name: 'invoices-api' },
  });
  onTestFinished(async () => {
    await verifier.close();
    await rm(stateDir, { recursive: true, force: true });
  });
  await until('the verifier knows the key', async () => verifier.verify({ key }).valid);
  expect(verifier.verify({ key, scopes: ['invoices.read'] }).code).toBe('valid');
  expect(verifier.verify({ key, scopes: ['invoices.pay'] }).code).toBe('insufficient_scope');
  expect(() => verifier.verify({ key, scopes: ['invoices'] })).toThrow('Unknown scope "invoices"');
});
