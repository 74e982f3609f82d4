import { rmSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { connectOrWait } from './connect.ts';
import { createCluster } from './create-cluster.ts';
import {
  type EmbeddedOptions,
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  toEmbeddedPostgresError,
} from './embedded-postgres.ts';
import { tryLock } from './file-lock.ts';
import { poll } from './poll.ts';
import { findBinaries, prepareBinaries } from './prepare-binaries.ts';
import { type Place, preparePlace } from './prepare-place.ts';
import { runServer, type Server } from './run-server.ts';
import { DATABASE, PORT, USER } from './settings.ts';
import { makeSocketPath, type SocketPath } from './socket-path.ts';
import { stopStaleServer } from './stop-stale-server.ts';

/** The kernel takes a moment to end a process that was killed, and only then lets go of its lock. */
const HOLDER_DYING_MS = 1_000;

/**
 * Starts the PostgreSQL of the data folder as a child process; it ends with this process, whatever
 * ends that. Throws EmbeddedPostgresError, its message a sentence that a person can act on.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  try {
    const place = await preparePlace(dataDir, options.log);
    const release = await poll(() => tryLock(place.lock), HOLDER_DYING_MS);
    if (!release) throw await refusal(dataDir, place);
    return await startLocked(place, release, options);
  } catch (error) {
    throw toEmbeddedPostgresError(error, `start the embedded PostgreSQL of "${dataDir}"`);
  }
}

async function refusal(dataDir: string, place: Place): Promise<EmbeddedPostgresError> {
  const holder = await readFile(place.holder, 'utf8').catch(() => 'just starting');
  return new EmbeddedPostgresError(
    'held',
    `The data folder "${dataDir}" is in use by another Tollkeeper process (${holder}). ` +
      'Stop that one, or, to run several, set DATABASE_URL to a PostgreSQL server that they share.',
  );
}

const HOLDER_READY_MS = 30_000;

/**
 * The PostgreSQL of the data folder for the time of an operator command: that of the control plane
 * which holds the folder, else one of its own. Throws EmbeddedPostgresError.
 */
export async function borrowEmbeddedPostgres(
  options: Pick<EmbeddedOptions, 'dataDir' | 'log'>,
): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const holder = `an operator command, pid ${process.pid}, started ${new Date().toISOString()}`;
  try {
    const place = await preparePlace(dataDir, options.log);
    const attempt = async () => {
      const release = tryLock(place.lock);
      return release ? startLocked(place, release, { log: options.log, holder }) : join(place);
    };
    const postgres = await poll(attempt, HOLDER_READY_MS);
    if (postgres) return postgres;
  } catch (error) {
    throw toEmbeddedPostgresError(error, `reach the embedded PostgreSQL of "${dataDir}"`);
  }
  throw new EmbeddedPostgresError(
    'failed',
    `A control plane holds the data folder "${dataDir}", but its PostgreSQL accepts no connection. ` +
      'Look at the log of that control plane, then try again.',
  );
}

/** The running server of another process, once it is ready. */
async function join(place: Place): Promise<EmbeddedPostgres | undefined> {
  const socket = await makeSocketPath(place.run);
  const ready = await connectOrWait(socket.host, false).catch((error) => {
    socket.remove();
    throw error;
  });
  if (!ready) {
    socket.remove();
    return undefined;
  }
  return {
    connection: { host: socket.host, port: PORT, user: USER, database: DATABASE },
    lost: new Promise(() => undefined),
    stop: async () => socket.remove(),
  };
}

/** Starts the server of `place`, whose lock the caller has taken; `release` lets go of the lock. */
async function startLocked(
  place: Place,
  release: () => void,
  { log, holder, settings }: Pick<EmbeddedOptions, 'log' | 'holder' | 'settings'>,
): Promise<EmbeddedPostgres> {
  let socket: SocketPath | undefined;
  let holding = true;
  const letGo = () => {
    // Later on the folder may be another's.
    if (!holding) return;
    holding = false;
    socket?.remove();
    rmSync(place.holder, { force: true });
    release();
  };
  try {
    await writeHolder(place, holder);
    const binaries = await prepareBinaries(await findBinaries(), place.user, log);
    await stopStaleServer(place, log);
    await createCluster(place, binaries);
    socket = await makeSocketPath(place.run);
    const server = await runServer(place, binaries, socket.host, settings);
    return present(server, socket.host, letGo, log);
  } catch (error) {
    letGo();
    throw error;
  }
}

/** Renamed into place, so that a process that is refused reads a whole name. */
async function writeHolder(place: Place, holder: string): Promise<void> {
  const unfinished = `${place.holder}.new`;
  rmSync(unfinished, { force: true });
  await writeFile(unfinished, holder, { mode: 0o600, flag: 'wx' });
  await rename(unfinished, place.holder);
}

function present(
  server: Server,
  host: string,
  letGo: () => void,
  log: (message: string) => void,
): EmbeddedPostgres {
  let stopped: Promise<void> | undefined;
  const lost = new Promise<Error>((resolve) => {
    server.exited.then(() => {
      if (stopped) return;
      letGo();
      const message =
        'The embedded PostgreSQL ended by itself: its log, postgres/run/postgres.log in the data folder, may say why.';
      log(message);
      resolve(new Error(message));
    });
  });
  const stop = () => {
    stopped ??= server.stop().then(letGo);
    return stopped;
  };
  return { connection: { host, port: PORT, user: USER, database: DATABASE }, lost, stop };
}
