import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.ts';
import { poll } from './poll.ts';
import type { Place } from './prepare-place.ts';
import { runCommand } from './run-command.ts';
import { PORT } from './settings.ts';

const FAST_SHUTDOWN_MS = 60_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/**
 * Ends the server, or what is left of one, of a control plane that was killed, and clears its lock
 * files. Only the holder of the lock may call this: nobody else's server can then be running.
 *
 * PostgreSQL judges its own lock files by process id alone and would refuse to start when another
 * process has got that id since. Here a process counts if its working directory is the cluster,
 * which holds for every process of the server and for nothing else.
 */
export async function stopStaleServer(place: Place, log: (message: string) => void): Promise<void> {
  const pidFile = join(place.cluster, 'postmaster.pid');
  const postmaster = await readPostmasterPid(pidFile);
  if (postmaster === undefined) return;
  if ((await listServerProcesses(place)).includes(postmaster)) {
    log(`Stopping the PostgreSQL (pid ${postmaster}) that an ended control plane left running.`);
    signal(postmaster, 'SIGINT');
  }
  const ended = (await gone(place, FAST_SHUTDOWN_MS)) ?? (await stopAtOnce(place, postmaster));
  if (!ended) {
    throw new EmbeddedPostgresError(
      'failed',
      `An earlier PostgreSQL in "${place.home}" (pid ${postmaster}) does not stop. End it, then start again.`,
    );
  }
  const socket = join(place.run, `.s.PGSQL.${PORT}`);
  for (const file of [pidFile, `${socket}.lock`, socket]) await rm(file, { force: true });
}

async function readPostmasterPid(pidFile: string): Promise<number | undefined> {
  const text = await readFile(pidFile, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number.parseInt(text, 10) || 0;
}

async function stopAtOnce(place: Place, postmaster: number): Promise<true | undefined> {
  if ((await listServerProcesses(place)).includes(postmaster)) signal(postmaster, 'SIGQUIT');
  return gone(place, IMMEDIATE_SHUTDOWN_MS);
}

function gone(place: Place, timeoutMs: number): Promise<true | undefined> {
  const attempt = async () => ((await listServerProcesses(place)).length === 0 ? true : undefined);
  return poll(attempt, timeoutMs, 20);
}

// Where there is no /proc (macOS), the postmaster shows by its arguments, its children by no mark.
const LIST_PROCESSES = `
if [ -d /proc/self ]; then
  for process in /proc/[0-9]*; do
    if [ "$process/cwd" -ef "$1" ]; then echo "\${process#/proc/}"; fi
  done
else
  ps -axo pid=,command= | while read -r pid command; do
    case "$command" in *"-D $1"*) echo "$pid" ;; esac
  done
fi`;

/** Run as the server's user: without more rights, only that user may look at its processes. */
async function listServerProcesses({ cluster, user }: Place): Promise<number[]> {
  const result = await runCommand('sh', ['-c', LIST_PROCESSES, 'sh', cluster], user);
  return result.stdout.split('\n').filter(Boolean).map(Number);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself in the meantime.
  }
}
