import { type AddressInfo, createServer } from 'node:net';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import {
  buildControlPlane,
  buildGateway,
  builtControlPlane,
  builtGateway,
} from '../../scripts/programs.mjs';
import { makeFolder, makeUsedDataDir, startNode, warningsOf } from './child-process.ts';
import { environment } from './control-plane.ts';

/** Where nothing listens. */
const NO_DATABASE = 'postgresql://nobody@127.0.0.1:1/none';
/** The data folder then holds the secret alone. */
const KEEPS_SECRET = { DATABASE_URL: NO_DATABASE, TOLLKEEPER_SECRET: '' };

beforeAll(async () => {
  await buildControlPlane();
  await buildGateway();
});

it.each([
  ['TOLLKEEPER_BASE_URL', { TOLLKEEPER_BASEURL: 'https://keys.example.com' }],
  ['TOLLKEEPER_SECRET_FILE', { TOLLKEEPER_SECRET: '', TOLLKEEPER_SECRET_FILE: '/nowhere' }],
  ['DATABASE_URL', { DATABASE_URL: NO_DATABASE }],
  ['TOLLKEEPER_DATA_DIR', { TOLLKEEPER_DATA_DIR: '/dev/null' }],
  ['TOLLKEEPER_DATA_DIR', { TOLLKEEPER_DATA_DIR: '/proc/none' }],
  ['TOLLKEEPER_DATA_DIR', { ...KEEPS_SECRET, TOLLKEEPER_DATA_DIR: '/proc/none' }],
])('the control plane refuses to start in one line that names %s', async (name, env) => {
  const { exit, output } = await end(builtControlPlane, {
    ...environment(await makeFolder()),
    ...env,
  });
  expect(exit.code).toBe(1);
  expect(output.trim().split('\n')).toEqual([expect.stringContaining(name)]);
});

it('the control plane says in one line that its port is in use, and logs no lost connection', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void other.close());
  const PORT = String((other.address() as AddressInfo).port);
  const running = startNode([builtControlPlane], { ...environment(await makeUsedDataDir()), PORT });
  expect((await running.exited).code).toBe(1);
  expect(running.stderr().trim().split('\n')).toEqual([expect.stringContaining('set PORT')]);
  expect(warningsOf(running)).toEqual([]);
});

it.each([
  ['TOLLKEEPER_JOIN_KEY', { TOLLKEEPER_JOINKEY: 'x' }],
  ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
])('a gateway refuses to start, without a stack, and names %s', async (name, env) => {
  const { exit, output } = await end(builtGateway, { PATH: process.env.PATH ?? '', ...env }, [
    ...['--upstream', 'http://127.0.0.1:1', '--control-plane', 'http://127.0.0.1:1'],
  ]);
  expect(exit.code).toBe(2);
  expect(output).toContain(name);
  expect(output).not.toMatch(/^\s+at /m);
});

async function end(main: string, env: Record<string, string>, args: string[] = []) {
  const running = startNode([main, ...args], env);
  return { exit: await running.exited, output: running.stderr() };
}
