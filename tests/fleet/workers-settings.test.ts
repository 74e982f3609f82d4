/** What gateway.yaml says holds in each of several workers, and in one that takes another's place. */
import { writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { makeCallKey, type TestKey } from '../../apps/control-plane/src/testing/keys.ts';
import { startLine } from '../../apps/control-plane/src/testing/line.ts';
import { startOrganization } from '../../apps/control-plane/src/testing/start-organization.ts';
import type { TestApp } from '../../apps/control-plane/src/testing/test-app.ts';
import { makeTls } from '../../apps/gateway/src/testing/make-tls.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { makeFolder } from '../processes/child-process.ts';
import { startTraffic } from '../processes/traffic.ts';
import { startCallLoad } from './call-load.ts';
import { openConnection } from './client-connection.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { startUpstream } from './upstream.ts';
import { isRunning, workersOf } from './worker-processes.ts';

/** Nobody answers there. */
const NOWHERE = { baseUrl: 'http://127.0.0.1:9' };
/** Between two calls of a client: a connection by TLS is dear, and the new worker starts beside them. */
const PAUSE_MS = process.env.LONG ? 10 : 30;

let app: TestApp;
let owner: Client;
let key: TestKey;

beforeAll(async () => {
  ({ app, owner } = await startOrganization());
  key = await makeCallKey(app, owner);
});

interface Started extends Gateway {
  /** The gateway.yaml that it reads. */
  readonly file: string;
}

async function start(yaml: string, controlPlane = app.baseUrl): Promise<Started> {
  const folder = await makeFolder();
  const file = join(folder, 'gateway.yaml');
  await writeFile(file, yaml);
  await writeTls(file, 'before.example');
  const { secret: joinKey } = await makeJoinKey(owner);
  const upstream = await startUpstream();
  const gateway = await startGateway({ controlPlane, joinKey, upstream, workers: 2, config: file });
  await until('both workers take requests', () => workersOf(gateway).length === 2);
  return { ...gateway, file };
}

async function writeTls(file: string, name: string): Promise<void> {
  const { cert, key: privateKey } = makeTls(name);
  await writeFile(join(file, '../cert.pem'), cert);
  await writeFile(join(file, '../key.pem'), privateKey);
}

/** Kills one, and waits for what takes its place. */
async function replaceOne(gateway: Gateway): Promise<void> {
  const [first = 0] = workersOf(gateway);
  process.kill(first, 'SIGKILL');
  await until('it is replaced', () => !isRunning(first) && workersOf(gateway).length === 2);
}

/** On a new connection. @returns the status, and who the certificate is for */
function askSecurely(port: number): Promise<{ status: number; name: unknown }> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-api-key': key.secret };
    const options = { host: '127.0.0.1', port, rejectUnauthorized: false, agent: false as const };
    get({ ...options, headers }, (answer) => {
      const { CN: name } = (answer.socket as TLSSocket).getPeerCertificate().subject;
      answer.resume().once('end', () => resolve({ status: answer.statusCode ?? 0, name }));
    }).once('error', reject);
  });
}

test('TLS: all present the same certificate, the new one after SIGHUP, and the port stays open', async () => {
  const gateway = await start('tls: { cert: cert.pem, key: key.pem }\n');
  const namesOf = async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => askSecurely(gateway.port)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    return [...new Set(answers.map(({ name }) => name))];
  };
  expect(await namesOf()).toEqual(['before.example']);

  await writeTls(gateway.file, 'after.example');
  gateway.signal('SIGHUP');
  await until('all present it', async () => String(await namesOf()) === 'after.example');

  const refused: unknown[] = [];
  const traffic = startTraffic(
    2,
    async () => {
      try {
        return (await askSecurely(gateway.port)).status;
      } catch (error) {
        // Connections to the killed one break: that none is refused is what counts.
        if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') refused.push(error);
        throw error;
      }
    },
    PAUSE_MS,
  );
  await replaceOne(gateway);
  await traffic.stop();
  expect(refused).toEqual([]);
  expect([...traffic.answered.keys()]).toEqual([200]);
  expect(await namesOf()).toEqual(['after.example']);
});

test('staleMaxMs: all refuse without word from the control plane, one that comes meanwhile too', async () => {
  const line = await startLine();
  line.aim(app);
  // More than the control plane is asked every five seconds leaves.
  const gateway = await start('staleMaxMs: 6500\n', line.baseUrl);
  const statuses = async () => {
    const asked = [1, 2, 3, 4].map(() => openConnection(gateway.baseUrl, key.secret).ask());
    return [...new Set((await Promise.all(asked)).map(({ status }) => status))];
  };
  const allAccept = async () => String(await statuses()) === '200';
  await until('all accept', allAccept);

  line.aim(NOWHERE);
  await until('all refuse', async () => String(await statuses()) === '503');
  await replaceOne(gateway);
  expect(await statuses()).toEqual([503]);
  expect((await fetch(`${gateway.adminUrl}/readyz`)).status).toBe(503);

  line.aim(app);
  await until('all accept', allAccept);
});

test('SIGHUP drops no request of a load, neither with a wrong file nor with a right one', async () => {
  const gateway = await start('limits: { bodyBytesMax: 1000 }\n');
  const load = startCallLoad(4, key.secret, 200, () => gateway.baseUrl);
  const more = async () => {
    const answered = load.answered();
    await until('calls', () => load.answered() > answered + 50);
  };
  const said = (text: string) => gateway.stderr().split(text).length - 1;
  for (let round = 1; round <= 3; round++) {
    await more();
    await writeFile(gateway.file, 'limits: { bodyBytesMax: none }\n');
    gateway.signal('SIGHUP');
    await until('it is refused', () => said('the configuration was not changed') === round);
    await more();
    await writeFile(gateway.file, `limits: { bodyBytesMax: ${round} }\n`);
    gateway.signal('SIGHUP');
    await until('it is read', () => said('the configuration was read again') === round);
  }
  await more();
  await load.stop();
  expect(load.surprises()).toEqual([]);
  expect(load.cutOff()).toBe(0);
});
