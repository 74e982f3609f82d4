import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeDataDir, makeUsedDataDir, query, start } from './data-folder.fixture.ts';
import { findBinaries, prepareBinaries } from './prepare-binaries.ts';
import { getSystemUser } from './system-user.ts';

const asRoot = test.skipIf(process.getuid?.() !== 0);

asRoot('runs as an unprivileged user when the control plane is root', async () => {
  const dataDir = await makeUsedDataDir();
  await start(dataDir);

  const { uid } = await getSystemUser();

  expect(uid).not.toBe(0);
  expect(statSync(join(dataDir, 'postgres/cluster')).uid).toBe(uid);
  expect(statSync(join(dataDir, 'postgres/run/.s.PGSQL.5432')).uid).toBe(uid);
});

asRoot('keeps the database in a data folder of our own that was closed to everyone', async () => {
  const dataDir = await makeDataDir();
  mkdirSync(dataDir, { mode: 0o700 });

  await start(dataDir);

  expect(realpathSync(join(dataDir, 'postgres'))).toBe(join(dataDir, 'postgres'));
  expect(statSync(dataDir).mode & 0o777).toBe(0o710);
});

asRoot(
  'places the database where the user can reach it, says so once, and finds it again',
  async () => {
    const dataDir = await makeDataDir();
    await chmod(dirname(dataDir), 0o700);
    const said: string[] = [];
    const log = (message: string) => said.push(message);

    const first = await start(dataDir, { log });
    const home = realpathSync(join(dataDir, 'postgres'));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    await query(first, 'create table notes as select 42 as note');
    await first.stop();
    const second = await start(dataDir, { log });

    expect(home).toMatch(/^\/var\/lib\/tollkeeper\/data-/);
    expect(said).toEqual([expect.stringContaining(home)]);
    expect(await query(second, 'select note from notes')).toEqual([42]);
  },
);

asRoot('copies the programs, whole and once, where the user can reach them', async () => {
  const found = await findBinaries();
  const folder = join(dirname(await makeDataDir()), 'native');
  await chmod(dirname(folder), 0o700);
  cpSync(found.folder, folder, { recursive: true, verbatimSymlinks: true });
  const version = `test-${process.pid}`;
  const target = `/var/lib/tollkeeper/postgres-${version}`;
  onTestFinished(() => rmSync(target, { recursive: true, force: true }));
  const user = await getSystemUser();
  const said: string[] = [];
  const prepare = () => prepareBinaries({ folder, version }, user, (message) => said.push(message));

  const folders = await Promise.all([prepare(), prepare()]);
  folders.push(await prepare());

  expect(new Set(folders)).toEqual(new Set([target]));
  expect(said).toEqual([expect.stringContaining(target)]);
  expect(existsSync(join(target, 'share/postgresql/postgres.bki'))).toBe(true);
  const leftOver = readdirSync('/var/lib/tollkeeper').filter((name) =>
    name.startsWith('.postgres'),
  );
  expect(leftOver).toEqual([]);
});
