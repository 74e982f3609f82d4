import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createTestClock } from '../testing/clock.ts';
import { startControlPlane } from '../testing/control-plane.ts';
import { start } from '../testing/start.ts';
import { startConnected } from '../testing/start-connected.ts';
import { idOf, OWNER } from '../testing/world.ts';

const SUBJECT = { keyId: idOf('key', 1), ownerId: OWNER, workspaceId: null };

test('hands over what was counted, one batch after another, and the last when it ends', async () => {
  const { connection, fleet } = await startConnected();
  fleet.count(SUBJECT, true, Date.now());
  fleet.flush();
  expect(fleet.status().spooledCalls).toBe(1);
  expect(await connection.next('usage')).toMatchObject({
    sequence: 1,
    rows: [{ keyId: SUBJECT.keyId, accepted: 1, denied: 0 }],
  });
  await vi.waitFor(() => expect(fleet.status().spooledCalls).toBe(0));

  fleet.count(SUBJECT, false, Date.now());
  await fleet.close();

  expect(await connection.next('usage')).toMatchObject({ sequence: 2, rows: [{ denied: 1 }] });
  expect(fleet.status().spooledCalls).toBe(0);
});

test('tells of counts that it cannot write, whether the control plane is there or not', async () => {
  const clock = createTestClock();
  const { controlPlane, connection, fleet, stateDir } = await startConnected({ clock });
  connection.takesUsage = false;
  const inTheWay = join(stateDir, 'usage');
  await writeFile(inTheWay, '');
  fleet.count(SUBJECT, true, Date.now());
  clock.advance(1000);
  expect(fleet.status().fault).toMatch(/^Cannot write counts .* in memory only .*: 1 call\.$/);

  await controlPlane.stop();
  await vi.waitFor(() => expect(fleet.status().connected).toBe(false));
  await rm(inTheWay);
  clock.advance(1000);
  expect(fleet.status()).toMatchObject({
    spooledCalls: 1,
    fault: expect.not.stringContaining('counts'),
  });
});

test('keeps what nobody took for its next run', async () => {
  const { controlPlane, connection, fleet, options } = await startConnected();
  connection.takesUsage = false;
  fleet.count(SUBJECT, true, Date.now());
  fleet.flush();
  const lost = await connection.next('usage');
  connection.socket.terminate();
  await controlPlane.stop();
  await fleet.close();
  const again = await startControlPlane(controlPlane, Number(new URL(controlPlane.url).port));

  const next = await start(options);

  expect(await (await again.connected()).next('usage')).toEqual(lost);
  await vi.waitFor(() => expect(next.status().spooledCalls).toBe(0));
});
