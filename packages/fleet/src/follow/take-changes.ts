import type { DownwardOf, Upward } from '@tollkeeper/contract';
import { checkPart } from '../wire/apply-part.ts';
import { acknowledge, storeConfirmed } from './acknowledge.ts';
import { noteDiskFault } from './disk-fault.ts';
import type { Following } from './following.ts';
import { requireNext, requirePlace } from './order.ts';
import { askToStore } from './resync.ts';

type Changes = DownwardOf<'changes'>;

/**
 * Stores the changes, applies them, and acknowledges them, in that order: a gateway that said that
 * it refuses a key must not let it in again after a restart.
 * @param frame that the changes came in
 * @throws Rejection, and what the follower throws
 */
export async function takeChanges(
  following: Following,
  header: Changes,
  body: Uint8Array,
  frame: Uint8Array,
): Promise<Upward[]> {
  const { state, snapshotFile, freshness, faults } = following;
  requirePlace(following.place, header);
  requireNext(state.version, header);
  if (header.from !== header.to) {
    checkPart(following.place.organizationId, body);
    append(following, frame);
    await apply(following, header, body);
  }
  const isYounger = freshness.confirm(header.issuedAtMs);
  faults.clear('rejected');
  const isWanted = !state.isStored || snapshotFile.isLong();
  const asked = isWanted ? askToStore(following) : [];
  if (header.from !== header.to) return [...acknowledge(following), ...asked];
  state.isCurrent = true;
  if (isYounger) await keepConfirmation(following);
  return asked;
}

function append(following: Following, frame: Uint8Array): void {
  if (!following.state.isStored) return;
  try {
    following.snapshotFile.append(frame);
  } catch (error) {
    // The changes after it would leave a gap in the file.
    following.state.isStored = false;
    noteDiskFault(following, error);
  }
}

async function apply({ state, follower }: Following, { to }: Changes, body: Uint8Array) {
  const { isStored } = state;
  // Should it fail, the disk is ahead of memory: only a whole snapshot brings them together.
  state.isStored = false;
  await follower.apply(body, to);
  state.version = to;
  state.isStored = isStored;
}

/** Comes every few seconds: time to make what was appended outlive a power cut as well. */
async function keepConfirmation(following: Following): Promise<void> {
  try {
    await following.snapshotFile.sync();
  } catch (error) {
    following.state.isStored = false;
    noteDiskFault(following, error);
  }
  storeConfirmed(following);
}
