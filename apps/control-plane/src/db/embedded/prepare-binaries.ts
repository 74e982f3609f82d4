import { chmod, cp, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError, INSTEAD } from './embedded-postgres-error.ts';
import type { Binaries } from './find-binaries.ts';
import { type CommandResult, runCommand, type SystemUser } from './run-command.ts';
import { makeSharedFolder } from './shared-folder.ts';

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
