import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FleetError, reasonOf } from '../fleet-error.ts';
import type { Log } from '../log.ts';
import { lockFolder } from './folder-lock.ts';
import { makeFolder } from './make-folder.ts';

/** Where an instance keeps who it is, its snapshot and its counts. Held by one process at a time. */
export interface StateFolder {
  /** Absolute. */
  readonly path: string;
  release(): void;
}

/**
 * Makes the folder where it is missing, and takes it for this process.
 * @throws FleetError state_folder when it cannot be written, state_folder_held
 */
export async function openStateFolder(stateDir: string, log: Log): Promise<StateFolder> {
  const path = resolve(stateDir);
  const release = await prepare(path);
  if (!release) {
    throw new FleetError(
      'state_folder_held',
      `Another gateway uses the state folder "${path}" at this moment. ` +
        'Stop that one, or give this one a state folder of its own.',
    );
  }
  const { mode } = await stat(path);
  if (mode & 0o077) {
    log.warn(
      { stateDir: path },
      `the state folder is open to other users of this machine: chmod 700 "${path}"`,
    );
  }
  return { path, release };
}

async function prepare(path: string): Promise<(() => void) | undefined> {
  try {
    await makeFolder(path);
    return lockFolder(join(path, 'lock'));
  } catch (error) {
    throw new FleetError(
      'state_folder',
      `Cannot write to the state folder "${path}": ${reasonOf(error)}. ` +
        'Name a folder that this user can write.',
      { cause: error },
    );
  }
}
