import { spawn } from 'node:child_process';

/** A system user that PostgreSQL runs as, since it refuses to run as root. */
export interface SystemUser {
  uid: number;
  gid: number;
}

export interface CommandResult {
  /** null when the command could not be started or was killed. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** Why the command could not be started: ENOENT, EACCES, EPERM. */
  errorCode: string | undefined;
}

/**
 * The whole environment of every child: the control plane's own holds secrets, and any PG* variable
 * in it would change what the server does.
 */
export const CHILD_ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
};

/** Runs a command to its end, as `user` when one is given. Never throws: the result says what went wrong. */
export function runCommand(
  command: string,
  args: string[],
  user?: SystemUser,
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const result: CommandResult = { exitCode: null, stdout: '', stderr: '', errorCode: undefined };
    const child = spawn(command, args, {
      cwd: '/',
      env: CHILD_ENV,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    child.stdout.setEncoding('utf8').on('data', (text) => (result.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (result.stderr += text));
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ ...result, errorCode: error.code ?? 'unknown' }),
    );
    child.once('close', (exitCode) => resolve({ ...result, exitCode }));
  });
}
