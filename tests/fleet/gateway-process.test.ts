/** The gateway as a process: what it says when it cannot start, SIGHUP, SIGTERM. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gateway } from '@tollkeeper/contract';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../apps/control-plane/src/testing/client.ts';
import { makeJoinKey } from '../../apps/control-plane/src/testing/fleet.ts';
import { makeCallKey, type TestKey } from '../../apps/control-plane/src/testing/keys.ts';
import { startOrganization } from '../../apps/control-plane/src/testing/start-organization.ts';
import type { TestApp } from '../../apps/control-plane/src/testing/test-app.ts';
import { freePort } from '../../apps/gateway/src/testing/free-port.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { buildGateway, builtGateway } from '../../scripts/programs.mjs';
import {
  answersOk,
  makeFolder,
  type Running,
  startNode,
  untilReady,
} from '../processes/child-process.ts';

import { startUpstream } from './upstream.ts';

let app: TestApp;
let owner: Client;
let key: TestKey;

beforeAll(async () => {
  await buildGateway();
  ({ app, owner } = await startOrganization());
  key = await makeCallKey(app, owner);
});

interface Started extends Running {
  readonly url: string;
  readonly adminUrl: string;
  readonly file: string;
}

/** @param routes of gateway.yaml */
async function start(
  routes: string,
  options: {
    readonly controlPlane?: string;
    readonly env?: Record<string, string>;
    readonly args?: readonly string[];
  } = {},
): Promise<Started> {
  const folder = await makeFolder();
  const file = join(folder, 'gateway.yaml');
  const [port, adminPort] = [await freePort(), await freePort()];
  await writeFile(
    file,
    `listen: 127.0.0.1:${port}\nadmin: 127.0.0.1:${adminPort}\nname: edge\nstateDir: state\n${routes}`,
  );
  const running = startNode([builtGateway, '--config', file, ...(options.args ?? [])], {
    PATH: process.env.PATH ?? '',
    TOLLKEEPER_CONTROL_PLANE: options.controlPlane ?? app.baseUrl,
    ...options.env,
  });
  const [url, adminUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${adminPort}`];
  return { ...running, url, adminUrl, file };
}

const routeTo = (upstream: string) => `routes: [{ path: /, upstream: "${upstream}" }]\n`;
const ask = (url: string) => fetch(url, { headers: { 'x-api-key': key.secret } });

it('reads gateway.yaml again on SIGHUP, keeps what runs when it is wrong, and tells people', async () => {
  const upstream = await startUpstream();
  const env = { TOLLKEEPER_JOIN_KEY: (await makeJoinKey(owner)).secret };
  const gateway = await start(routeTo(upstream), { env });
  await untilReady(gateway, () => answersOk(`${gateway.adminUrl}/readyz`));
  expect(await (await ask(gateway.url)).text()).toBe('served');
  const fault = async () => {
    const { body } = await owner.get<{ data: Gateway[] }>('/v1/gateways');
    return body.data.find(({ name }) => name === 'edge')?.fault ?? '';
  };

  await writeFile(gateway.file, `${routeTo(upstream)}lisen: 1\n`);
  gateway.signal('SIGHUP');
  await until('the fault is reported', async () => (await fault()).includes('gateway.yaml:2:1'));
  expect(gateway.stderr()).toContain('\\"lisen\\" is not known here; the nearest is \\"listen\\"');
  expect(await (await ask(gateway.url)).text()).toBe('served');

  await writeFile(gateway.file, 'routes: [{ path: /v2, upstream: "http://127.0.0.1:9" }]\n');
  gateway.signal('SIGHUP');
  await until('the new route counts', async () => (await ask(gateway.url)).status === 404);
  await until('the fault is taken back', async () => (await fault()) === '');

  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  expect(gateway.stderr() + gateway.stdout()).not.toContain(env.TOLLKEEPER_JOIN_KEY);
});

it('refuses everything, and says why, until it has its place in the fleet', async () => {
  const env = { TOLLKEEPER_JOIN_KEY: (await makeJoinKey(owner)).secret };
  const controlPlane = `http://127.0.0.1:${await freePort()}`;
  const gateway = await start(routeTo('http://127.0.0.1:9'), { controlPlane, env });
  await untilReady(gateway, () => answersOk(`${gateway.adminUrl}/healthz`));
  const answer = await ask(gateway.url);
  expect([answer.status, (await answer.json()).code]).toEqual([503, 'no_snapshot']);
  expect(await answersOk(`${gateway.adminUrl}/readyz`)).toBe(false);
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
});

describe('ends with a code and a sentence, not a trace', () => {
  it.each([
    [
      'a file that is wrong',
      'routes: [{ path: v1 }]\n',
      2,
      'gateway.yaml:5:12: route "v1": "path"',
    ],
    ['nothing to do', 'forwardAuth: false\n', 2, 'There is nothing to do'],
    ['no join key', 'forwardAuth: true\n', 1, 'no join key to make one'],
  ])('%s', async (_, routes, code, sentence) => {
    const gateway = await start(routes);
    expect(await gateway.exited).toEqual({ code, signal: null });
    expect(gateway.stderr()).toContain(sentence);
    expect(gateway.stderr()).not.toContain('    at ');
  });

  it('a join key that is worth nothing', async () => {
    const env = { TOLLKEEPER_JOIN_KEY: `tk_join_${'a'.repeat(38)}` };
    const gateway = await start('forwardAuth: true\n', { env });
    expect(await gateway.exited).toEqual({ code: 1, signal: null });
    // A line of the log as all others: what reads them finds no other text between.
    const lines = gateway
      .stderr()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toEqual({
      level: 'error',
      time: expect.any(String),
      msg: expect.stringMatching(/^The control plane does not let this gateway in: \S/),
      code: 'join_refused',
    });
    expect(gateway.stderr()).not.toContain('aaaa');
  });

  it.each(['listen', 'admin'])('an address of "%s" that is taken', async (setting) => {
    const env = { TOLLKEEPER_JOIN_KEY: (await makeJoinKey(owner)).secret };
    const args = [`--${setting}`, new URL(await startUpstream()).host];
    const gateway = await start('forwardAuth: true\n', { env, args });
    expect(await gateway.exited).toEqual({ code: 1, signal: null });
    const [line] = gateway.stderr().trimEnd().split('\n').slice(-1);
    expect(JSON.parse(line ?? '')).toMatchObject({
      ...{ level: 'error', code: 'EADDRINUSE' },
      msg: expect.stringContaining(`Choose another with --${setting}, or "${setting}" in`),
    });
  });
});
