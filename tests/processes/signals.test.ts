import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claimServer } from '../../apps/control-plane/src/testing/test-app.ts';
import { createTestDatabase } from '../../apps/control-plane/src/testing/test-database.ts';
import { until } from '../../apps/gateway/src/testing/until.ts';
import { makeFolder } from './child-process.ts';
import { spawnControlPlane, startControlPlane, startUnderOlderNode } from './control-plane.ts';
import { createKey } from './keys.ts';
import { connectTo, urlOf } from './pair.ts';
import { isAlive, postmasterOf } from './postmaster.ts';
import { beginRequest, openConnection } from './raw-request.ts';

const MOMENTS: Readonly<Record<string, (dataDir: string) => boolean>> = {
  'it holds the data folder': (dataDir) => existsSync(join(dataDir, 'postgres/holder')),
  'it makes the database': (dataDir) =>
    existsSync(join(dataDir, 'postgres')) &&
    readdirSync(join(dataDir, 'postgres')).some((name) => name.startsWith('cluster.new-')),
  'it starts PostgreSQL': (dataDir) => postmasterOf(dataDir) > 0,
  'it migrates': (dataDir) => existsSync(join(dataDir, 'postgres/run/.s.PGSQL.5432')),
};

it.each(Object.keys(MOMENTS).filter((_, at) => process.env.LONG || at % 2 === 1))(
  'ends in order when it is stopped while %s, and starts again',
  async (moment) => {
    const dataDir = await makeFolder();
    const controlPlane = await spawnControlPlane({ dataDir });
    await until(moment, () => MOMENTS[moment]?.(dataDir));
    const begun = postmasterOf(dataDir);

    expect(await controlPlane.stop()).toEqual({ code: 0, signal: null });

    expect(begun > 0 && isAlive(begun)).toBe(false);
    expect(postmasterOf(dataDir)).toBe(0);
    const again = await startControlPlane({ dataDir });
    expect(await again.stop()).toEqual({ code: 0, signal: null });
  },
);

it('reports no failure where Ctrl+C stops the making of its database as well', async () => {
  const controlPlane = await spawnControlPlane({ dataDir: await makeFolder() });
  const initdb = await until('initdb runs', () => findChild(controlPlane.pid, 'initdb'));
  process.kill(initdb, 'SIGSTOP');
  controlPlane.signal('SIGINT');
  await until('it stops', () => controlPlane.stdout().includes('"stopping"'));
  process.kill(initdb, 'SIGKILL');
  expect(await controlPlane.exited).toEqual({ code: 0, signal: null });
  expect(controlPlane.stderr()).toBe('');
});

/** A child of the process that runs a program of that name. */
function findChild(pid: number, name: string): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return children.map(Number).find((child) => {
    try {
      return readFileSync(`/proc/${child}/comm`, 'utf8').trim() === name;
    } catch {
      // It has ended, or there is none.
      return false;
    }
  });
}

it('answers what is under way, closes what is idle, takes nothing new, and ends with code 0', async () => {
  const config = await createTestDatabase();
  const controlPlane = await startControlPlane({ databaseUrl: urlOf(config) });
  const owner = await claimServer(controlPlane);
  const query = connectTo(config);
  const idle = await openConnection(controlPlane.baseUrl);
  const used = await openConnection(controlPlane.baseUrl);
  used.socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await until('answered', () => used.received().includes('"up"'));
  await query('begin');
  await query('select 1 from organization for update');
  const creation = createKey(owner);
  const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock'
    and datname = current_database()`;
  await until('the creation waits', async () => (await query(waiting)).length > 0);

  controlPlane.signal('SIGTERM');

  await until('idle connections closed', () => idle.isClosed() && used.isClosed());
  await expect(fetch(`${controlPlane.baseUrl}/healthz`)).rejects.toThrow();
  await query('commit');
  const { id } = await creation;
  const answeredAt = performance.now();
  expect(await controlPlane.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - answeredAt).toBeLessThan(8000);
  expect(await query('select id from api_key')).toEqual([{ id }]);
  expect(await query('select 1 from control_plane')).toEqual([]);
});

it('runs its threads under an older Node, and does not wait for ever for a client that stalls', async () => {
  const config = await createTestDatabase();
  const controlPlane = await startUnderOlderNode(urlOf(config));
  const owner = await claimServer(controlPlane);
  // Each text is compiled in a thread.
  const text = 'permit (principal, action, resource);';
  const policy = await owner.post('/v1/policies', { name: 'open', workspaceId: null, text });
  expect(policy.status, JSON.stringify(policy.body)).toBe(201);
  const key = await createKey(owner);
  const body = JSON.stringify({ key: key.secret });
  await beginRequest(controlPlane.baseUrl, 'POST', '/v1/api-keys/verify', key, body);
  const half = await openConnection(controlPlane.baseUrl);
  half.socket.write('GET /healthz HTTP/1.1\r\nHost: loc');

  const startedAt = performance.now();
  expect(await controlPlane.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - startedAt).toBeLessThan(60_000);
});
