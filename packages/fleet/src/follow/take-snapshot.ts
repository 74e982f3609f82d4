import type { DownwardOf, Position, Upward } from '@tollkeeper/contract';
import type { SnapshotDraft } from '../snapshot/index.ts';
import { acknowledge, lowerVersionMin } from './acknowledge.ts';
import { noteDiskFault } from './disk-fault.ts';
import type { Arriving, Following } from './following.ts';
import { requireEpoch } from './history.ts';
import { followPart, requirePlace } from './order.ts';
import { Rejection } from './rejection.ts';
import { noteBadSnapshot, noteGoodSnapshot } from './resync.ts';

type Snapshot = DownwardOf<'snapshot'>;

/**
 * Takes a part of a whole snapshot, to a file and to keys of their own. What is in use stays until
 * the last part is there. A snapshot confirms nothing: it may have been made a while ago, for another
 * gateway; the changes that follow it say how things stand.
 * @param frame that the part came in
 * @throws Rejection, and what the follower throws
 */
export async function takeSnapshot(
  following: Following,
  header: Snapshot,
  body: Uint8Array,
  frame: Uint8Array,
): Promise<Upward[]> {
  const { state } = following;
  requirePlace(following.place, header);
  requireEpoch(following, header.epoch);
  if (header.part > 0 && isSpoilt(following, header)) return [];
  try {
    if (header.part === 0) await begin(following);
    requireNotOlder(following, header);
    state.awaitedAtMs = following.clock.monotonicMs();
    await addPart(following, header, body, frame);
    return header.seen ? await finish(following, header, header.seen) : [];
  } catch (error) {
    state.spoilt = { version: header.version, issuedAtMs: header.issuedAtMs };
    await dropArriving(following);
    noteBadSnapshot(following);
    throw error;
  }
}

/** What has come of a snapshot is worth nothing without the rest. */
export async function dropArriving({ state }: Following): Promise<void> {
  const { arriving } = state;
  state.arriving = undefined;
  if (arriving?.file) await discard(arriving.file);
}

/** A handle that nobody closes ends the process, once its memory is collected. */
async function discard(file: SnapshotDraft): Promise<void> {
  await file.discard().catch(() => undefined);
}

function isSpoilt({ state: { spoilt } }: Following, header: Snapshot): boolean {
  return spoilt?.version === header.version && spoilt.issuedAtMs === header.issuedAtMs;
}

/** Also a repeated snapshot of this history must not take back what this gateway has heard of it. */
function requireNotOlder({ state }: Following, { version }: Snapshot): void {
  const { history } = state;
  const own = history?.isOwn ? state.version : null;
  const versionMin = Math.max(own ?? 0, history?.version ?? 0);
  if (version >= versionMin) return;
  throw new Rejection(
    'older',
    `A snapshot of version ${version} came, not of ${versionMin} or later`,
  );
}

async function begin(following: Following): Promise<void> {
  const { state, follower, snapshotFile } = following;
  await dropArriving(following);
  state.spoilt = undefined;
  const keys = await follower.begin();
  const arriving: Arriving = { progress: undefined, keys, file: undefined };
  await onDisk(following, async () => {
    arriving.file = await snapshotFile.begin();
  });
  state.arriving = arriving;
}

async function addPart(
  following: Following,
  header: Snapshot,
  body: Uint8Array,
  frame: Uint8Array,
): Promise<void> {
  const { arriving } = following.state;
  const progress = followPart(arriving?.progress, header);
  if (!arriving) return;
  arriving.progress = progress;
  await arriving.keys.add(body);
  const { file } = arriving;
  if (!file || (await onDisk(following, () => file.add(frame)))) return;
  arriving.file = undefined;
  await discard(file);
}

async function finish(
  following: Following,
  { version }: Snapshot,
  seen: Position,
): Promise<Upward[]> {
  const { state, faults } = following;
  const { arriving } = state;
  if (!arriving) return [];
  state.isStored = false;
  const { file } = arriving;
  const isStored =
    file !== undefined &&
    (await onDisk(following, async () => {
      lowerVersionMin(following, version);
      await file.commit();
    }));
  if (file && !isStored) await discard(file);
  await arriving.keys.use(version);
  state.arriving = undefined;
  state.version = version;
  state.seen = seen;
  if (state.history) state.history.isOwn = true;
  state.isStored = isStored;
  faults.clear('rejected');
  const answers = acknowledge(following);
  noteGoodSnapshot(following, state.isStored);
  return answers;
}

/** @returns whether it was done */
async function onDisk(following: Following, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    noteDiskFault(following, error);
    return false;
  }
}
