import { rmSync } from 'node:fs';
import { mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PORT } from './settings.ts';

/** sun_path holds 108 bytes on Linux, 104 on macOS, one of them the final zero. */
const SOCKET_PATH_BYTES_MAX = 103;

export interface SocketPath {
  /** What clients take for the folder of the socket. */
  host: string;
  remove(): void;
}

/**
 * A name for the folder `run` that is short enough for the path of a socket: the folder's own, else
 * a link in a private temporary folder, there until `remove` or the end of this process.
 */
export async function makeSocketPath(run: string): Promise<SocketPath> {
  if (fits(run)) return { host: run, remove: () => undefined };
  const parent = fits(join(tmpdir(), 'tk-XXXXXX/s')) ? tmpdir() : '/tmp';
  const folder = await mkdtemp(join(parent, 'tk-'));
  const host = join(folder, 's');
  await symlink(run, host);
  const remove = () => {
    process.off('exit', remove);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', remove);
  return { host, remove };
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${PORT}`)) <= SOCKET_PATH_BYTES_MAX;
}
