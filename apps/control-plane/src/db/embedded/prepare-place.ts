import { createHash } from 'node:crypto';
import {
  access,
  chmod,
  chown,
  constants,
  mkdir,
  mkdtemp,
  readlink,
  realpath,
  rmdir,
  stat,
  symlink,
} from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@tollkeeper/gateway-core';
import { EmbeddedPostgresError, INSTEAD } from './embedded-postgres.ts';
import { runCommand, type SystemUser } from './run-command.ts';
import { getSystemUser, makeSharedFolder } from './system-user.ts';

export interface Place {
  /** Belongs to us, not to `user`: what the unprivileged user could replace here, root would follow. */
  home: string;
  /** PGDATA: mode 0700, belongs to `user`. */
  cluster: string;
  /** The socket and PostgreSQL's log: mode 0700, belongs to `user`. */
  run: string;
  lock: string;
  holder: string;
  /** Whom PostgreSQL runs as; undefined for ourselves. */
  user: SystemUser | undefined;
}

/** Finds or makes the folders of the database of `dataDir`, an absolute path. Idempotent, also at once. */
export async function preparePlace(
  dataDir: string,
  log: (message: string) => void,
): Promise<Place> {
  const folders = await makeDataDir(dataDir);
  const existing = await findHome(dataDir);
  const user = process.getuid?.() === 0 ? await chooseUser(existing) : undefined;
  if (user) for (const folder of folders) await letThrough(folder, user);
  const home = existing ?? (await makeHome(dataDir, user, log));
  const run = join(home, 'run');
  if (user) await letThrough(home, user);
  if (!(await canPass(home, user))) throw outOfReach(home);
  await mkdir(run, { recursive: true, mode: 0o700 });
  if (user && (await stat(run)).uid === 0) await chown(run, user.uid, user.gid);
  return {
    home,
    run,
    user,
    cluster: join(home, 'cluster'),
    lock: join(home, 'lock'),
    holder: join(home, 'holder'),
  };
}

/** Returns the data folder, and those above it that had to be made. */
async function makeDataDir(dataDir: string): Promise<string[]> {
  try {
    const made = await makeFolder(dataDir);
    await access(dataDir, constants.W_OK | constants.X_OK);
    return made.length > 0 ? made : [dataDir];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EmbeddedPostgresError(
      'failed',
      `Cannot write to the data folder "${dataDir}" (${reason}). ` +
        `Set TOLLKEEPER_DATA_DIR to a folder that this user can write. ${INSTEAD}`,
      { cause: error },
    );
  }
}

async function findHome(dataDir: string): Promise<string | undefined> {
  const name = join(dataDir, 'postgres');
  const home = await realpath(name).catch(() => undefined);
  if (home) return home;
  const target = await readlink(name).catch(() => undefined);
  if (target === undefined) return undefined;
  throw new EmbeddedPostgresError(
    'failed',
    `The link "${name}" points to "${target}", which does not exist. ` +
      'Restore that folder, or delete the link to begin with an empty database.',
  );
}

/** The owner of the data stays its owner: PostgreSQL refuses a cluster of another user. */
async function chooseUser(home: string | undefined): Promise<SystemUser> {
  const owner = home && (await stat(join(home, 'run')).catch(() => undefined));
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : getSystemUser();
}

/**
 * Lets the user pass through a folder of ours that is closed to every group, so that the database
 * stays in the data folder; the user can still neither list nor write it.
 */
async function letThrough(folder: string, user: SystemUser): Promise<void> {
  const { uid, mode } = await stat(folder);
  if (uid !== 0 || (mode & 0o077) !== 0) return;
  await chown(folder, 0, user.gid);
  await chmod(folder, 0o710);
}

/** Inside the data folder; else below /var/lib/tollkeeper, with a link in the data folder to it. */
async function makeHome(
  dataDir: string,
  user: SystemUser | undefined,
  log: (message: string) => void,
): Promise<string> {
  const name = join(dataDir, 'postgres');
  if (await canPass(dataDir, user)) {
    await mkdir(name, { recursive: true, mode: 0o700 });
    return realpath(name);
  }
  const shared = await makeSharedFolder();
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  // Random beyond the hash: a data folder that was deleted and made anew begins empty.
  const home = await mkdtemp(join(shared, `data-${hash}-`));
  try {
    await symlink(home, name);
  } catch (error) {
    await rmdir(home);
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return realpath(name);
    throw error;
  }
  log(
    `The unprivileged user of PostgreSQL cannot reach "${dataDir}", so the database is in "${home}"; "${name}" links to it.`,
  );
  return home;
}

async function canPass(folder: string, user: SystemUser | undefined): Promise<boolean> {
  return (await runCommand('test', ['-x', folder], user)).exitCode === 0;
}

function outOfReach(home: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'failed',
    `The user that PostgreSQL runs as cannot reach "${home}". Let it pass through the folders above ` +
      `(chmod o+x), or start Tollkeeper as the user that owns it. ${INSTEAD}`,
  );
}
