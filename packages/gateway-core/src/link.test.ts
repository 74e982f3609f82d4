import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UPSTREAM_URL_MAX, UPSTREAMS_MAX } from '@tollkeeper/protocol';
import { expect, test } from 'vitest';
import { createTestClock } from './testing/clock.ts';
import { JOINED } from './testing/control-plane.ts';
import { makeStateDir } from './testing/start.ts';
import { startConnected } from './testing/start-connected.ts';
import { idOf, OWNER } from './testing/world.ts';

const SUBJECT = { keyId: idOf('key', 1), ownerId: OWNER, workspaceId: null };

test('reports how it is, and what is wrong', async () => {
  const clock = createTestClock();
  const { controlPlane, connection, fleet } = await startConnected({ clock });
  expect(await connection.next('health')).toMatchObject({ callsPerMinute: 0, fault: null });
  fleet.count(SUBJECT, true, clock.epochMs());
  fleet.flush();
  connection.send(controlPlane.changes(5, { to: 6 }));
  await connection.next('reject');

  clock.advance(2000);

  expect(await connection.next('health')).toMatchObject({
    callsPerMinute: 1,
    spooledCalls: 1,
    memoryBytes: expect.any(Number),
    fault: expect.stringContaining('was not applied (gap)'),
  });
});

test('reports the alarm of its witness once, and no fault beside it', async () => {
  const stateDir = await makeStateDir();
  await mkdir(join(stateDir, 'witness'), { recursive: true });
  const alarm = { kind: 'fork', atMs: 1, kept: 'a', received: 'b' };
  const path = join(stateDir, 'witness', `${JOINED.organizationId}.alarm.json`);
  await writeFile(path, JSON.stringify(alarm));
  const { connection, fleet } = await startConnected({ stateDir });
  expect(await connection.next('health')).toMatchObject({ fault: null });
  expect(await connection.next('witness')).toMatchObject({ alarm });
  expect(fleet.status().fault).toContain('its history was rewritten');
});

test('reports the states of upstreams, the worst of too many', async () => {
  const clock = createTestClock();
  const { connection, fleet } = await startConnected({ clock });
  expect(await connection.next('health')).not.toHaveProperty('upstreams');
  const url = (at: number) => `http://10.0.0.${at}/${'long'.repeat(100)}`;
  const upstreams = Array.from({ length: UPSTREAMS_MAX }, (_, at) => {
    return { url: url(at), state: 'up' as const, running: 7 };
  });
  fleet.watchUpstreams(() => [...upstreams, { url: 'http://b', state: 'down' }]);

  clock.advance(2000);

  const { upstreams: reported = [] } = await connection.next('health');
  expect(reported).toHaveLength(UPSTREAMS_MAX);
  expect(reported.slice(0, 2)).toEqual([
    { url: 'http://b', state: 'down' },
    { url: url(0).slice(0, UPSTREAM_URL_MAX), state: 'up' },
  ]);
});
