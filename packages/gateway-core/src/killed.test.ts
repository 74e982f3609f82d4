import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openTestSync } from './sync/sync.fixture.ts';
import { startControlPlane } from './testing/control-plane.ts';
import { makeStateDir, start } from './testing/start.ts';
import { keyOf } from './testing/world.ts';

const ROUNDS = process.env.LONG ? 50 : 3;

function run(controlPlane: string, stateDir: string) {
  const script = join(import.meta.dirname, 'testing/instance.fixture.ts');
  const child = spawn(process.execPath, [script, controlPlane, stateDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test(`decides as before ${ROUNDS} kills in the midst of changes, without the control plane`, async () => {
  const controlPlane = await startControlPlane();
  const { world } = controlPlane;
  const stateDir = await makeStateDir();
  /** By version. */
  const decisions = [['valid', 'valid', 'valid', 'not_found']];
  const change = () => {
    const from = world.version();
    const number = (from % 3) + 1;
    const status = from % 2 === 0 ? 'revoked' : 'active';
    world.change(keyOf(number, { status, name: 'x'.repeat(64) }));
    const before = decisions[from] ?? [];
    decisions.push(before.with(number - 1, status === 'active' ? 'valid' : status));
    return controlPlane.changes(from);
  };

  for (let round = 0; round < ROUNDS; round++) {
    const child = run(controlPlane.url, stateDir);
    const connection = await controlPlane.connected();
    await connection.next('health');
    let acked = connection.hello.version ?? 0;
    connection.socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'ack') acked = message.version;
    });
    for (let count = 0; count < 100; count++) connection.send(change());
    // It is somewhere between reading, storing, applying and acknowledging the rest.
    for (let count = (round * 37) % 90; count >= 0; count--) await connection.next('ack');
    child.kill('SIGKILL');
    await once(child, 'exit');

    const next = await openTestSync(controlPlane, { stateDir });
    await next.sync.load();
    const version = next.sync.version() ?? -1;
    expect(version).toBeGreaterThanOrEqual(acked);
    expect(next.decisions()).toEqual(decisions[version]);
    await next.sync.close();
    next.kill();
  }
}, 300_000);

test('leaves its state folder free when it is killed, and held while it runs', async () => {
  const controlPlane = await startControlPlane();
  const options = { controlPlane: controlPlane.url, stateDir: await makeStateDir() };
  const child = run(options.controlPlane, options.stateDir);
  await controlPlane.connected();

  await expect(start(options)).rejects.toMatchObject({ code: 'state_folder_held' });
  child.kill('SIGKILL');
  await once(child, 'exit');

  expect((await start(options)).status().fault).toBeNull();
});
