import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { freePort } from '../../apps/gateway/src/testing/free-port.ts';
import { buildGateway } from '../../scripts/programs.mjs';
import { makeFolder, startNode, untilReady } from './child-process.ts';

const BIN = fileURLToPath(new URL('../../apps/cli/bin/tollkeeper.mjs', import.meta.url));
/** A Node that the command line leaves for the pinned one. */
const OLDER =
  'data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.0.0" })';

beforeAll(() => buildGateway());

it.each([
  ['under this Node', []],
  ['under an older Node', ['--import', OLDER]],
])('a gateway ends, with its workers, when its command is killed %s', async (_, node) => {
  const folder = await makeFolder();
  const [listen, admin] = [await freePort(), await freePort()].map((port) => `127.0.0.1:${port}`);
  const options = {
    ...{ '--control-plane': 'http://127.0.0.1:9', '--upstream': 'http://127.0.0.1:9' },
    ...{ '--listen': `${listen}`, '--admin': `${admin}`, '--state-dir': folder, '--workers': '2' },
  };
  const env = { PATH: process.env.PATH ?? '', TOLLKEEPER_JOIN_KEY: `tk_join_${'a'.repeat(38)}` };
  const args = [...node, BIN, 'gateway', ...Object.entries(options).flat()];
  const command = startNode(args, env);
  const isUp = () =>
    fetch(`http://${admin}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await untilReady(command, isUp);
  command.signal('SIGKILL');
  // Its output ends with the last process that could write to it.
  expect(await command.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(command.stderr()).toContain('"reason":"SIGTERM"');
  expect(await isUp()).toBe(false);
});
