import type { DownwardOf, Upward } from '@tollkeeper/protocol';
import { acknowledge } from './acknowledge.ts';
import { newest, requireNext, requirePlace } from './order.ts';
import { requireEpoch } from './receive-lineage.ts';
import { requirePart, requireSameFormat } from './require-part.ts';
import { askToStoreIfDue } from './resync.ts';
import { noteDiskFault, type SyncContext } from './sync-state.ts';

type Changes = DownwardOf<'changes'>;

/**
 * Stores the changes, applies them, and acknowledges them, in that order: a gateway that said that
 * it refuses a key must not let it in again after a restart.
 * @param frame that the changes came in
 * @throws Rejection, and what the key store throws
 */
export async function receiveChanges(
  ctx: SyncContext,
  header: Changes,
  body: Uint8Array,
  frame: Uint8Array,
): Promise<Upward[]> {
  const { state, place, faults } = ctx;
  requirePlace(place, header);
  const { isOwn } = requireEpoch(ctx, header.epoch);
  requireNext(isOwn ? state.version : null, header);
  requireSameFormat(state.format, body);
  await requirePart(place.organizationId, body);
  append(ctx, frame);
  await apply(ctx, header, body);
  faults.clear('rejected');
  return [...acknowledge(ctx), ...askToStoreIfDue(ctx)];
}

function append(ctx: SyncContext, frame: Uint8Array): void {
  if (!ctx.state.isStored) return;
  try {
    ctx.snapshotFile.append(frame);
  } catch (error) {
    // The changes after it would leave a gap in the file.
    ctx.state.isStored = false;
    noteDiskFault(ctx, error);
  }
}

async function apply({ state, keyStore }: SyncContext, { to, latest }: Changes, body: Uint8Array) {
  const { isStored } = state;
  // Should it fail, the disk is ahead of memory: only a whole snapshot brings them together.
  state.isStored = false;
  await keyStore.apply(body, to);
  state.version = to;
  state.latest = newest(state.latest, latest);
  state.isStored = isStored;
}
