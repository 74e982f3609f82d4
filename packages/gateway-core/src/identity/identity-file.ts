import type { KeyObject } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type JoinedGateway, joinGateway } from '@tollkeeper/contract';
import { identityText, readIdentity, readPublicKey } from '@tollkeeper/protocol';
import { FleetError, reasonOf } from '../fleet-error.ts';
import type { StateFolder } from '../state-folder/open-state-folder.ts';
import { writeWhole } from '../state-folder/write-whole.ts';

/** Who this instance is. It has a key pair before it has joined: an answer may get lost. */
export interface StoredIdentity {
  /** The address of the control plane that it joins, or has joined. */
  readonly controlPlane: string;
  /** Ed25519. */
  readonly privateKey: KeyObject;
  /** Null before the control plane has let it in. */
  readonly joined: JoinedGateway | null;
}

/** Undefined when there is none. @throws FleetError state_folder when it cannot be read */
export async function findStoredIdentity(folder: StateFolder): Promise<StoredIdentity | undefined> {
  const path = pathOf(folder);
  try {
    return parseIdentity(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new FleetError(
      'state_folder',
      `Cannot read who this gateway is from "${path}": ${reasonOf(error)}. Restore the file, ` +
        'or delete it to join as a new gateway with a new join key.',
      { cause: error },
    );
  }
}

export async function storeIdentity(folder: StateFolder, identity: StoredIdentity): Promise<void> {
  const { controlPlane, privateKey, joined } = identity;
  try {
    if (joined) await rm(removalPath(folder), { force: true });
    await writeWhole(
      pathOf(folder),
      `${JSON.stringify({ controlPlane, privateKey: identityText(privateKey), joined }, null, 2)}\n`,
    );
  } catch (error) {
    throw new FleetError(
      'state_folder',
      `Cannot keep who this gateway is in "${pathOf(folder)}": ${reasonOf(error)}.`,
      { cause: error },
    );
  }
}

/** Leaves a note that it was removed, for anyone who starts it again. */
export async function removeIdentity(folder: StateFolder): Promise<void> {
  await writeWhole(removalPath(folder), 'This gateway was removed from the fleet.\n');
  await rm(pathOf(folder), { force: true });
}

/** Whether the gateway of this folder was removed, and none has joined since. */
export async function wasRemoved(folder: StateFolder): Promise<boolean> {
  return (await readdir(folder.path)).includes('removed');
}

function removalPath(folder: StateFolder): string {
  return join(folder.path, 'removed');
}

function pathOf(folder: StateFolder): string {
  return join(folder.path, 'identity.json');
}

function parseIdentity(text: string): StoredIdentity {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('it holds no object');
  const { controlPlane, privateKey, joined } = value as Record<string, unknown>;
  if (typeof controlPlane !== 'string') throw new Error('"controlPlane" is missing');
  if (typeof privateKey !== 'string') throw new Error('"privateKey" is missing');
  const key = readIdentity(privateKey);
  if (joined === null) return { controlPlane, privateKey: key, joined };
  const parsed = joinGateway.response.safeParse(joined);
  if (!parsed.success) throw new Error('"joined" is not what a control plane answers');
  readPublicKey(parsed.data.controlPlaneKey);
  return { controlPlane, privateKey: key, joined: parsed.data };
}
