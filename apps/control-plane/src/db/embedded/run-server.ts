import { type ChildProcess, spawn } from 'node:child_process';
import { constants, existsSync, lstatSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { connectOrWait } from './connect.ts';
import { EmbeddedPostgresError, INSTEAD } from './embedded-postgres.ts';
import { poll } from './poll.ts';
import type { Place } from './prepare-place.ts';
import { CHILD_ENV } from './run-command.ts';
import { type Settings, serverArguments } from './settings.ts';

const LOG_BYTES_MAX = 1024 * 1024;
const START_MS = 300_000;
const FAST_SHUTDOWN_MS = 60_000;

export interface Server {
  /** Resolves when the postmaster has exited, for whatever reason. */
  exited: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the postmaster and, beside it, a watchdog that shuts it down when we die without a word.
 * Resolves once the server accepts connections; `host` is the folder that clients find it by.
 */
export async function runServer(
  place: Place,
  binaries: string,
  host: string,
  settings?: Settings,
): Promise<Server> {
  const logFile = join(place.run, 'postgres.log');
  const logStart = rotate(logFile);
  const server = spawnServer(place, binaries, logFile, settings);
  const ended = server.exited.then(() => 'ended' as const);
  const attempt = () => Promise.race([ended, connectOrWait(host)]);
  try {
    if ((await poll(attempt, START_MS)) === 'ready') return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
  await server.stop();
  const said = await readFrom(logFile, logStart);
  throw new EmbeddedPostgresError(
    'failed',
    `PostgreSQL did not start in "${place.home}" (${said || 'it said nothing'}). ${INSTEAD}`,
  );
}

/**
 * The watchdog holds the reading end of a pipe whose writing end only we have. A line on it means
 * that the postmaster has ended; the end of the pipe without one means that we have. It is forked
 * twice, so that the postmaster, which takes over the shell's process, has no unknown child.
 */
const SERVE = `
( ( read -r ended <&3 || kill -INT $$ ) & )
log=$1
shift
exec "$@" 3<&- >>"$log" 2>&1`;

function spawnServer(
  place: Place,
  binaries: string,
  logFile: string,
  settings: Settings | undefined,
): Server {
  const command = [join(binaries, 'bin/postgres'), ...serverArguments(place.cluster, settings)];
  const child = spawn('sh', ['-c', SERVE, 'tollkeeper-postgres', logFile, ...command], {
    cwd: '/',
    env: CHILD_ENV,
    // A session of its own: Ctrl-C in the terminal is for the control plane, which drains first.
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    ...(place.user && { uid: place.user.uid, gid: place.user.gid }),
  });
  const lifeline = child.stdio[3] as Socket;
  lifeline.on('error', () => undefined);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  exited.then(() => lifeline.end('ended\n'));
  // Neither keeps a process alive that has nothing else to do; the watchdog then ends the server.
  child.unref();
  lifeline.unref();
  return { exited, stop: () => stopServer(child, exited) };
}

async function stopServer(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.ref();
  child.kill('SIGINT');
  const impatient = setTimeout(() => child.kill('SIGQUIT'), FAST_SHUTDOWN_MS);
  await exited;
  clearTimeout(impatient);
}

/** Keeps the log bounded: at most this file and the one before. Returns the size it starts with. */
function rotate(logFile: string): number {
  if (!existsSync(logFile)) return 0;
  const { size } = lstatSync(logFile);
  if (size < LOG_BYTES_MAX) return size;
  renameSync(logFile, `${logFile}.1`);
  return 0;
}

/** NOFOLLOW: the folder belongs to the unprivileged user, and we may be root. */
async function readFrom(logFile: string, start: number): Promise<string> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  const file = await open(logFile, flags).catch(() => undefined);
  if (!file) return '';
  const buffer = Buffer.alloc(2048);
  const { bytesRead } = await file
    .read(buffer, 0, buffer.length, start)
    .finally(() => file.close());
  const lines = buffer.toString('utf8', 0, bytesRead).trim().split('\n');
  return lines.map((line) => line.trim()).join(' ');
}
