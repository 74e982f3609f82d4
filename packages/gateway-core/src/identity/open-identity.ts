import type { KeyObject } from 'node:crypto';
import type { JoinedGateway } from '@tollkeeper/contract';
import { createIdentity, publicKeyText } from '@tollkeeper/protocol';
import { FleetError } from '../fleet-error.ts';
import type { StateFolder } from '../state-folder/open-state-folder.ts';
import {
  findStoredIdentity,
  type StoredIdentity,
  storeIdentity,
  wasRemoved,
} from './identity-file.ts';
import { type Joining, joinFleet } from './join-fleet.ts';

/** Who this instance is in the fleet. */
export interface Identity extends JoinedGateway {
  /** Ed25519: proves it on each connection. */
  readonly privateKey: KeyObject;
}

type Options = Omit<Joining, 'joinKey' | 'publicKey'> & { readonly joinKey: string | undefined };

/**
 * From the state folder; else it joins. The key pair is stored first: if the answer is lost, the
 * next try, also that of a later process, is the same gateway to the control plane.
 * @throws FleetError
 */
export async function openIdentity(folder: StateFolder, options: Options): Promise<Identity> {
  const stored = await findStoredIdentity(folder);
  if (stored?.joined) {
    requireControlPlane(folder, stored, options);
    return { ...stored.joined, privateKey: stored.privateKey };
  }
  const { joinKey } = options;
  if (!joinKey) throw missing(folder, await wasRemoved(folder), joinKey);
  const controlPlane = options.controlPlane.text;
  const known = stored?.controlPlane === controlPlane ? stored : undefined;
  const privateKey = known?.privateKey ?? createIdentity();
  if (!known) await storeIdentity(folder, { controlPlane, privateKey, joined: null });
  const publicKey = publicKeyText(privateKey);
  const joined = await joinFleet({ ...options, joinKey, publicKey });
  await storeIdentity(folder, { controlPlane, privateKey, joined });
  const { gatewayId, workspaceId } = joined;
  options.log.info({ gatewayId, workspaceId, controlPlane }, 'this gateway has joined the fleet');
  return { ...joined, privateKey };
}

function requireControlPlane(folder: StateFolder, stored: StoredIdentity, options: Options): void {
  const asked = options.controlPlane.text;
  if (stored.controlPlane === asked) return;
  throw new FleetError(
    'state_folder_foreign',
    `The state folder "${folder.path}" belongs to a gateway of "${stored.controlPlane}", not of ` +
      `"${asked}". Use another folder to join there. If it is the same control plane at a new ` +
      'address, write that address into identity.json.',
  );
}

/** @param joinKey empty where one was given that holds nothing, as by a command that failed */
function missing(folder: StateFolder, isRemoved: boolean, joinKey?: string): FleetError {
  const reason = isRemoved
    ? `The gateway of the state folder "${folder.path}" was removed from the fleet, and there is no join key to join again. `
    : `There is no gateway in the state folder "${folder.path}" yet, and no join key to make one. `;
  const empty =
    joinKey === ''
      ? 'The join key that was given (TOLLKEEPER_JOIN_KEY of a gateway) is empty. '
      : '';
  return new FleetError(
    'join_key_missing',
    reason +
      empty +
      'Create a join key in the dashboard, under Fleet, or with "tollkeeper join-keys create". A gateway takes it from TOLLKEEPER_JOIN_KEY, the verifier of the SDK as joinKey.',
  );
}
