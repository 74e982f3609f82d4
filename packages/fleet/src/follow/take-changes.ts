import type { DownwardOf, Upward } from '@tollkeeper/contract';
import { checkPart } from '../wire/apply-part.ts';
import { acknowledge } from './acknowledge.ts';
import { noteDiskFault } from './disk-fault.ts';
import type { Following } from './following.ts';
import { requireEpoch } from './history.ts';
import { newest, requireNext, requirePlace } from './order.ts';
import { askToStoreIfDue } from './resync.ts';

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
  const { state, place, faults } = following;
  requirePlace(place, header);
  const { isOwn } = requireEpoch(following, header.epoch);
  requireNext(isOwn ? state.version : null, header);
  checkPart(place.organizationId, body);
  append(following, frame);
  await apply(following, header, body);
  faults.clear('rejected');
  return [...acknowledge(following), ...askToStoreIfDue(following)];
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

async function apply({ state, follower }: Following, { to, seen }: Changes, body: Uint8Array) {
  const { isStored } = state;
  // Should it fail, the disk is ahead of memory: only a whole snapshot brings them together.
  state.isStored = false;
  await follower.apply(body, to);
  state.version = to;
  state.seen = newest(state.seen, seen);
  state.isStored = isStored;
}
