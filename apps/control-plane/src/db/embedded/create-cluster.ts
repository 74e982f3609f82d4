import { chown, mkdtemp, open, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, INSTEAD } from './embedded-postgres.ts';
import type { Place } from './prepare-place.ts';
import { runCommand } from './run-command.ts';

const UNFINISHED = 'cluster.new-';

/**
 * Makes the cluster of `place` unless there is one. It appears whole or not at all: initdb works,
 * and syncs what it wrote, under a temporary name. Only the holder of the lock may call this.
 */
export async function createCluster(place: Place, binaries: string): Promise<void> {
  await removeUnfinished(place.home);
  if (await stat(place.cluster).catch(() => undefined)) return;
  const unfinished = await mkdtemp(join(place.home, UNFINISHED));
  if (place.user) await chown(unfinished, place.user.uid, place.user.gid);
  const initdb = join(binaries, 'bin/initdb');
  const result = await runCommand(initdb, [...INITDB_OPTIONS, '-D', unfinished], place.user);
  if (result.exitCode !== 0) {
    const reason = result.stderr.trim().replaceAll('\n', ' ') || result.errorCode;
    throw new EmbeddedPostgresError(
      'failed',
      `Cannot create the database in "${place.home}" (${reason}). ${INSTEAD}`,
    );
  }
  await rename(unfinished, place.cluster);
  await syncFolder(place.home);
}

const INITDB_OPTIONS = [
  '--username=tollkeeper',
  '--encoding=UTF8',
  // Sorting that no upgrade of an operating system can change beneath an index.
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  // Who may connect is decided by the file system: the one socket is in a folder of mode 0700, open
  // to root and the owner of the data, who could read the files themselves. A password would have to
  // lie beside them.
  '--auth-local=trust',
  '--auth-host=reject',
  '--no-instructions',
];

/** What starts that were killed during initdb left behind. */
async function removeUnfinished(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    // rm, unlike a walk of our own as root, cannot be led astray by links that its owner swaps in.
    if (name.startsWith(UNFINISHED)) await runCommand('rm', ['-rf', '--', join(home, name)]);
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** Whether a data folder holds an embedded database. Creates nothing. */
export async function hasCluster(dataDir: string): Promise<boolean> {
  const cluster = await stat(join(dataDir, 'postgres/cluster')).catch(() => undefined);
  return cluster !== undefined;
}
