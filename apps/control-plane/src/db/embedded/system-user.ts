import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, INSTEAD } from './embedded-postgres.ts';
import { tryLock } from './file-lock.ts';
import { poll } from './poll.ts';
import { runCommand, type SystemUser } from './run-command.ts';

const USER_NAME = 'tollkeeper';

/**
 * The user that PostgreSQL runs as when the control plane runs as root: `tollkeeper`, created when
 * it is missing and can be created, else `nobody`. Throws `failed` on a system with neither.
 */
export async function getSystemUser(): Promise<SystemUser> {
  const user = (await findUser(USER_NAME)) ?? (await createUser()) ?? (await findUser('nobody'));
  if (user) return user;
  throw new EmbeddedPostgresError(
    'failed',
    `PostgreSQL refuses to run as root, and there is neither a user "${USER_NAME}" nor "nobody". ` +
      `Start Tollkeeper as an ordinary user. ${INSTEAD}`,
  );
}

async function findUser(name: string): Promise<SystemUser | undefined> {
  const [uid, gid] = await Promise.all([
    runCommand('id', ['-u', name]),
    runCommand('id', ['-g', name]),
  ]);
  if (uid.exitCode !== 0 || gid.exitCode !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** One at a time: useradd looks for the name before it locks, and then replaces what it finds. */
async function createUser(): Promise<SystemUser | undefined> {
  const release = await makeSharedFolder()
    .then((shared) => poll(() => tryLock(join(shared, 'useradd.lock')), 10_000))
    .catch(() => undefined);
  if (!release) return undefined;
  try {
    const added = await findUser(USER_NAME);
    if (added) return added;
    const options = ['--system', '--user-group', '--no-create-home'];
    await runCommand('useradd', [...options, '--shell', '/usr/sbin/nologin', USER_NAME]);
    return await findUser(USER_NAME);
  } finally {
    release();
  }
}

const SHARED_FOLDER = '/var/lib/tollkeeper';

/** Where, under root, everything goes that the unprivileged user cannot reach where it stands. */
export async function makeSharedFolder(): Promise<string> {
  // Not by mkdir's own mode: root's umask may close the folder to the very user it is for.
  if (await mkdir(SHARED_FOLDER, { recursive: true })) await chmod(SHARED_FOLDER, 0o755);
  return SHARED_FOLDER;
}
