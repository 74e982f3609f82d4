import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  findWatchdogs,
  gone,
  hold,
  isAlive,
  makeDataDir,
  makeUsedDataDir,
  postmasterOf,
  query,
  start,
} from './data-folder.fixture.ts';
import { poll } from './poll.ts';

const needsProc = test.skipIf(!existsSync('/proc/self'));

test('stops when its parent is killed with -9', async () => {
  const holder = hold(await makeUsedDataDir(), 'killed');
  const postmaster = await postmasterOf(holder);

  process.kill(holder.pid, 'SIGKILL');

  expect(await gone(postmaster)).toBe(true);
});

test('is free for the next start at once after its holder is killed with -9', async () => {
  const dataDir = await makeUsedDataDir();
  const holder = hold(dataDir, 'killed');
  await postmasterOf(holder);

  process.kill(holder.pid, 'SIGKILL');
  await gone(holder.pid);

  expect(await query(await start(dataDir), 'select 1')).toEqual([1]);
});

needsProc(
  'stops a server whose parent and watchdog were both killed, and never runs two',
  async () => {
    const dataDir = await makeUsedDataDir();
    const holder = hold(dataDir, 'killed');
    const stale = await postmasterOf(holder);
    for (const watchdog of findWatchdogs(dataDir)) process.kill(watchdog, 'SIGKILL');
    process.kill(holder.pid, 'SIGKILL');
    await gone(holder.pid);
    expect(isAlive(stale)).toBe(true);

    const said: string[] = [];
    const postgres = await start(dataDir, { log: (message) => said.push(message) });

    expect(said).toEqual([expect.stringContaining(`(pid ${stale})`)]);
    expect(isAlive(stale)).toBe(false);
    expect(await query(postgres, 'select 1')).toEqual([1]);
  },
);

needsProc('recovers when parent, watchdog and server are all killed with -9', async () => {
  const dataDir = await makeUsedDataDir();
  const holder = hold(dataDir, 'killed');
  const postmaster = await postmasterOf(holder);
  for (const pid of [...findWatchdogs(dataDir), postmaster, holder.pid])
    process.kill(pid, 'SIGKILL');
  await gone(holder.pid);

  expect(await query(await start(dataDir), 'select 1')).toEqual([1]);
});

test('is not held up by a lock file whose process id now belongs to another process', async () => {
  const dataDir = await makeUsedDataDir();
  // One of the server's own user: by any other, PostgreSQL itself is not deceived.
  const other = await postmasterOf(hold(await makeUsedDataDir(), 'another'));
  for (const file of ['cluster/postmaster.pid', 'run/.s.PGSQL.5432.lock']) {
    writeFileSync(join(dataDir, 'postgres', file), `${other}\n`);
  }

  expect(await query(await start(dataDir), 'select 1')).toEqual([1]);
});

test('reports the loss of its server', async () => {
  const dataDir = await makeUsedDataDir();
  const postgres = await start(dataDir);
  const pidFile = join(dataDir, 'postgres/cluster/postmaster.pid');

  process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGQUIT');

  expect((await postgres.lost).message).toContain('ended by itself');
  expect(await query(await start(dataDir), 'select 1')).toEqual([1]);
});

test('leaves nothing half-made when it is killed during initdb', async () => {
  const dataDir = await makeDataDir();
  const holder = hold(dataDir, 'killed');
  const isCreating = () =>
    readdirSync(join(dataDir, 'postgres')).some((name) => name.startsWith('cluster.new-'));
  await poll(() => (existsSync(join(dataDir, 'postgres')) && isCreating()) || undefined, 10_000, 1);

  process.kill(holder.pid, 'SIGKILL');
  await gone(holder.pid);

  expect(await query(await start(dataDir), 'select 1')).toEqual([1]);
});
