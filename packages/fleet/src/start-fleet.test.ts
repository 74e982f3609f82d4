import { expect, test } from 'vitest';
import type { Fleet } from './fleet.ts';
import { startControlPlane } from './testing/control-plane.ts';
import { makeStateDir, start } from './testing/start.ts';
import { decisionsOf, keyOf } from './testing/world.ts';

function decided(fleet: Fleet, count = 4): string[] | string {
  const keys = fleet.keys();
  return typeof keys === 'string' ? keys : decisionsOf(keys.index, count);
}

test('decides with the snapshot of its workspace as soon as it has started', async () => {
  const controlPlane = await startControlPlane();

  const fleet = await start({ controlPlane: controlPlane.url, stateDir: await makeStateDir() });

  expect(decided(fleet)).toEqual(['valid', 'valid', 'valid', 'not_found']);
  expect(fleet.status()).toMatchObject({ connected: true, version: 0, fault: null });
});

test('applies a change and says so', async () => {
  const controlPlane = await startControlPlane();
  const fleet = await start({ controlPlane: controlPlane.url, stateDir: await makeStateDir() });
  const connection = await controlPlane.connected();
  expect(await connection.next('ack')).toEqual({ type: 'ack', version: 0 });

  controlPlane.world.change(keyOf(2, { status: 'revoked' }));
  connection.send(controlPlane.changes(0));

  expect(await connection.next('ack')).toEqual({ type: 'ack', version: 1 });
  expect(decided(fleet)).toEqual(['valid', 'revoked', 'valid', 'not_found']);
});
