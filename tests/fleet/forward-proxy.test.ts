/** Gateways that reach the control plane only through a forward proxy, under names that only it knows. */
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import type { Gateway as FleetGateway } from '@tollkeeper/contract';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { makeCallKey } from '../../apps/control-plane/src/testing/keys.ts';
import type { Query } from '../../apps/control-plane/src/testing/query-database.ts';
import { startOrganization } from '../../apps/control-plane/src/testing/start-organization.ts';
import type { TestApp } from '../../apps/control-plane/src/testing/test-app.ts';
import { makeTls } from '../../apps/gateway/src/testing/make-tls.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { makeFolder } from '../processes/child-process.ts';
import { startConnectProxy } from './connect-proxy.ts';
import { launchGateway, startGateway } from './gateway.ts';
import { startUpstream } from './upstream.ts';

const NAME = 'keys.internal.example';
const CREDENTIALS = 'me:s3cr%20t';

let app: TestApp;
let owner: Client;
let query: Query;

beforeAll(async () => {
  ({ app, owner, query } = await startOrganization());
});

const portOf = ({ baseUrl }: TestApp) => Number(new URL(baseUrl).port);

/** The control plane behind TLS. @returns its port, and the file of its certificate */
async function startTlsFront(): Promise<{ port: number; certificate: string }> {
  const tls = makeTls(NAME);
  const server = createTlsServer(tls, (client) => {
    const target = connect(portOf(app), '127.0.0.1');
    for (const socket of [client, target]) {
      socket
        .on('error', () => undefined)
        .once('close', () => {
          client.destroy();
          target.destroy();
        });
    }
    client.pipe(target).pipe(client);
    onTestFinished(() => void client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const certificate = join(await makeFolder(), 'certificate.pem');
  await writeFile(certificate, tls.cert);
  return { port: (server.address() as AddressInfo).port, certificate };
}

test('https: a gateway joins and stays connected through HTTPS_PROXY, with its credentials', async () => {
  const { port, certificate } = await startTlsFront();
  const proxy = await startConnectProxy(port, 'me:s3cr t');
  const upstream = await startUpstream();
  const gateway = await startGateway({
    controlPlane: `https://${NAME}`,
    joinKey: (await makeJoinKey(owner)).secret,
    upstream,
    env: {
      HTTPS_PROXY: `http://${CREDENTIALS}@127.0.0.1:${proxy.port}`,
      // It is for the control plane only.
      HTTP_PROXY: 'http://127.0.0.1:9',
      NODE_EXTRA_CA_CERTS: certificate,
    },
  });
  const key = await makeCallKey(app, owner);
  const headers = { 'x-api-key': key.secret };
  await until('the key is known', async () => (await fetch(gateway.baseUrl, { headers })).ok);
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  expect(proxy.asked).toEqual([`${NAME}:443`, `${NAME}:443`]);
  const said = gateway.stderr() + gateway.stdout();
  expect(said).toContain(`"proxy":"http://127.0.0.1:${proxy.port}"`);
  expect(said).not.toContain('s3cr');
});

test('http: HTTP_PROXY, by tunnels as well, and NO_PROXY goes around it', async () => {
  const proxy = await startConnectProxy(portOf(app));
  const env = { http_proxy: `127.0.0.1:${proxy.port}` };
  const joinKey = (await makeJoinKey(owner)).secret;
  const upstream = await startUpstream();
  const settings = { controlPlane: `http://${NAME}:7420`, joinKey, upstream };
  const gateway = await startGateway({ ...settings, env });
  expect(proxy.asked).toEqual([`${NAME}:7420`, `${NAME}:7420`]);
  await gateway.stop();

  // Another name of this machine, which is no loopback address.
  const direct = await startGateway({
    ...{ controlPlane: `http://0.0.0.0:${portOf(app)}`, upstream },
    joinKey: (await makeJoinKey(owner)).secret,
    env: { ...env, NO_PROXY: 'other.example, 0.0.0.0/32' },
  });
  expect(proxy.asked).toHaveLength(2);
  await direct.stop();
});

test.each([
  ['asks for credentials', 'me:other', /refuses the connection: 407 .*Set a user and password/],
  [
    'cannot be reached',
    undefined,
    /the proxy http:\/\/127.0.0.1:9 cannot be reached: .*ECONNREFUSED/,
  ],
])('says why, without the credentials, where the proxy %s', async (_, credentials, reason) => {
  const port = credentials ? (await startConnectProxy(portOf(app), credentials)).port : 9;
  const gateway = await launchGateway({
    controlPlane: `http://${NAME}:7420`,
    joinKey: (await makeJoinKey(owner)).secret,
    upstream: await startUpstream(),
    env: { HTTP_PROXY: `http://${CREDENTIALS}@127.0.0.1:${port}` },
  });
  await until('it says so', () => reason.test(gateway.stderr()));
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  expect(gateway.stderr() + gateway.stdout()).not.toMatch(/s3cr|bWU6/);
});

test.each(['socks5://127.0.0.1:1', 'http://me:%zz@127.0.0.1:1', 'http://me:s3cr t@@:x'])(
  'refuses the address %s without quoting it',
  async (address) => {
    const gateway = await launchGateway({
      controlPlane: `http://${NAME}:7420`,
      joinKey: (await makeJoinKey(owner)).secret,
      upstream: await startUpstream(),
      env: { HTTP_PROXY: address },
    });
    expect(await gateway.exited).toEqual({ code: 1, signal: null });
    expect(gateway.stderr()).toContain('The address of the forward proxy must be a URL');
    expect(gateway.stderr()).not.toMatch(/s3cr|zz/);
  },
);

test('a proxy that admits the join but not the connection costs no use of the join key', async () => {
  const proxy = await startConnectProxy(portOf(app));
  proxy.allow(1);
  const joinKey = await makeJoinKey(owner);
  const upstream = await startUpstream();
  const settings = { upstream, joinKey: joinKey.secret };
  const blocked = await launchGateway({
    ...settings,
    controlPlane: `http://${NAME}:7420`,
    env: { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` },
  });
  await until('refused', () => blocked.stderr().includes('refuses the connection: 403 Forbidden'));
  await blocked.stop();
  const gateways = async () => {
    const { body } = await owner.get<{ data: FleetGateway[] }>('/v1/gateways');
    return body.data.filter((each) => each.joinKeyId === joinKey.id).map(({ id }) => id);
  };
  const [first, ...none] = await gateways();
  expect(none).toEqual([]);
  // The time within which it should have connected is over.
  await query(`update gateway set created_at = created_at - interval '1 hour' where id = $1`, [
    first,
  ]);

  await startGateway({ ...settings, controlPlane: app.baseUrl });
  const [second, ...others] = await gateways();
  expect(others).toEqual([]);
  expect(second).not.toBe(first);
});

test('a gateway that waits for a proxy which does not answer ends cleanly', async () => {
  const asked = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    asked.resolve();
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const gateway = await launchGateway({
    controlPlane: `https://${NAME}`,
    joinKey: (await makeJoinKey(owner)).secret,
    upstream: await startUpstream(),
    env: { HTTPS_PROXY: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
  });
  await asked.promise;
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
});
