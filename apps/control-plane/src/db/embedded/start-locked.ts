import { rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { createCluster } from './create-cluster.ts';
import type { EmbeddedOptions, EmbeddedPostgres } from './embedded-postgres.ts';
import { findBinaries, prepareBinaries } from './prepare-binaries.ts';
import type { Place } from './prepare-place.ts';
import { runServer, type Server } from './run-server.ts';
import { DATABASE, PORT, USER } from './settings.ts';
import { makeSocketPath, type SocketPath } from './socket-path.ts';
import { stopStaleServer } from './stop-stale-server.ts';

/** Starts the server of `place`, whose lock the caller has taken; `release` lets go of the lock. */
export async function startLocked(
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
