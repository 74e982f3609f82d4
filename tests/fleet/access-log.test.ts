/** The access log of a gateway as a process: rotation, several workers, the end, a full disk. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { makeCallKey, type TestKey } from '../../apps/control-plane/src/testing/keys.ts';
import { startOrganization } from '../../apps/control-plane/src/testing/start-organization.ts';
import type { TestApp } from '../../apps/control-plane/src/testing/test-app.ts';
import { parseLines } from '../../apps/gateway/src/testing/access-log-file.ts';
import { freePort } from '../../apps/gateway/src/testing/free-port.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { builtGateway } from '../../scripts/programs.mjs';
import { answersOk, makeFolder } from '../processes/child-process.ts';
import { startTraffic } from '../processes/traffic.ts';
import { type Gateway, startGateway } from './gateway.ts';
import { startUpstream } from './upstream.ts';
import { workersOf } from './worker-processes.ts';

let app: TestApp;
let owner: Client;
let key: TestKey;

beforeAll(async () => {
  ({ app, owner } = await startOrganization());
  key = await makeCallKey(app, owner);
});

interface Started extends Gateway {
  readonly folder: string;
}

async function start(file: string, workers: number): Promise<Started> {
  const folder = await makeFolder();
  const config = join(folder, 'gateway.yaml');
  await writeFile(config, `accessLog: { file: "${file}" }\n`);
  const { secret: joinKey } = await makeJoinKey(owner);
  const upstream = await startUpstream();
  const settings = { controlPlane: app.baseUrl, joinKey, upstream, config };
  const gateway = await startGateway(workers > 1 ? { ...settings, workers } : settings);
  if (workers > 1) await until('workers', () => workersOf(gateway).length === workers);
  return { ...gateway, folder };
}

const CLIENTS = 8;
/** A new file gets its first line within a second: until then a load without a pause only costs. */
const PAUSE_MS = process.env.LONG ? 0 : 10;

/** Calls one after another, each with a trace id of its own. */
function startCalls({ baseUrl }: Gateway, clients: number) {
  const answered: string[] = [];
  const traffic = startTraffic(
    clients,
    async () => {
      const traceId = randomBytes(16).toString('hex');
      const headers = {
        'x-api-key': key.secret,
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      };
      const answer = await fetch(`${baseUrl}/some/path`, { headers });
      answered.push(traceId);
      await answer.text();
      return answer.status;
    },
    PAUSE_MS,
  );
  const more = async (count: number) => {
    const before = answered.length;
    await until(`${count} calls`, () => answered.length >= before + count);
  };
  return { answered, more, stop: traffic.stop };
}

/** The trace ids of all lines, of which each must be whole. */
async function loggedIn(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.startsWith('access.log'));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap(parseLines).map(({ traceId }) => String(traceId));
}

test.each([1, 2])(
  'rotation and SIGTERM under load lose, repeat and split no line, with %i processes',
  async (workers) => {
    const gateway = await start('access.log', workers);
    const file = join(gateway.folder, 'access.log');
    const calls = startCalls(gateway, CLIENTS);
    for (let round = 1; round <= 5; round++) {
      await calls.more(50);
      await rename(file, `${file}.${round}`);
      // A fault in the configuration keeps the log from nothing.
      if (round === 3) await writeFile(join(gateway.folder, 'gateway.yaml'), 'lisen: 1\n');
      gateway.signal('SIGHUP');
      await until('a new file', async () => (await stat(file).catch(() => undefined))?.size);
    }
    await calls.more(50);
    expect(await gateway.stop()).toEqual({ code: 0, signal: null });
    await calls.stop();
    expect(gateway.stderr()).not.toContain('worker process ended');
    const lines = await loggedIn(gateway.folder);
    const logged = new Set(lines);
    expect(calls.answered.filter((each) => !logged.has(each))).toEqual([]);
    // The end cuts off a call of each client at most.
    expect(lines.length).toBeLessThanOrEqual(calls.answered.length + CLIENTS);
    expect(logged.size).toBe(lines.length);
  },
);

test('a full disk costs lines, but no call, and does not keep the gateway from ending', async () => {
  const gateway = await start('/dev/full', 2);
  const calls = startCalls(gateway, 4);
  const failures = () => gateway.stderr().split('access log cannot be written').length - 1;
  await until('both workers say so', () => failures() === 2);
  await calls.more(100);
  await calls.stop();
  expect(failures()).toBe(2);
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  expect(gateway.stderr()).toContain('access log: its last lines could not be written');
});

test('standard output holds lines of the log alone, and one that nobody reads ends nothing', async () => {
  const gateway = await start('-', 2);
  const calls = startCalls(gateway, 4);
  await calls.more(100);
  await calls.stop();
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  const logged = parseLines(gateway.stdout()).map(({ traceId }) => String(traceId));
  expect(logged.toSorted()).toEqual(calls.answered.toSorted());
});

test('a reader of standard output that stops reading costs lines, but no call and no clean end', async () => {
  const folder = await makeFolder();
  const config = join(folder, 'gateway.yaml');
  await writeFile(config, 'accessLog: { file: "-" }\n');
  const [port, adminPort] = [await freePort(), await freePort()];
  const options = {
    '--control-plane': app.baseUrl,
    '--upstream': await startUpstream(),
    '--listen': `127.0.0.1:${port}`,
    '--admin': `127.0.0.1:${adminPort}`,
    '--state-dir': join(folder, 'state'),
    '--config': config,
  };
  const child = spawn(process.execPath, [builtGateway, ...Object.entries(options).flat()], {
    env: { PATH: process.env.PATH, TOLLKEEPER_JOIN_KEY: (await makeJoinKey(owner)).secret },
    // Nothing reads the first pipe.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  await until('ready', () => answersOk(`http://127.0.0.1:${adminPort}/readyz`));
  const headers = { 'x-api-key': key.secret };
  // Far more than a pipe holds.
  for (let call = 0; call < 500; call++) {
    const answer = await fetch(`http://127.0.0.1:${port}/${'a'.repeat(1000)}`, { headers });
    expect([answer.status, await answer.text()]).toEqual([200, 'served']);
  }
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});
