import { openFrame } from '../wire/frame.ts';
import type { KeysDraft } from './follower.ts';
import type { Following } from './following.ts';
import { followPart, type Progress, requireNext, requirePlace } from './order.ts';
import { Rejection, toRejection } from './rejection.ts';

/**
 * Starts from the disk: verifies as if each frame came now, and uses all of them or none.
 * @returns why the file is refused; undefined when it is used, or there is none
 */
export async function loadSnapshot(following: Following): Promise<Rejection | undefined> {
  const { snapshotFile, log, faults } = following;
  try {
    const loaded = await load(following);
    if (!loaded) return undefined;
    if (loaded.tornBytes > 0) {
      log.warn(loaded, 'the end of the snapshot was not written whole, and is cut off');
      await snapshotFile.cutTail();
    }
    log.info({ version: following.state.version }, 'this gateway decides with its stored snapshot');
    return undefined;
  } catch (error) {
    const rejection = toRejection(error);
    log.error({ err: error }, `the stored snapshot is refused: ${rejection.message}`);
    faults.set(
      'rejected',
      `The stored snapshot was refused (${rejection.reason}): ${rejection.message}.`,
    );
    return rejection;
  }
}

async function load(following: Following): Promise<{ tornBytes: number } | undefined> {
  const { follower, snapshotFile, confirmedFile, freshness, state, place } = following;
  const confirmed = confirmedFile.read();
  const isOwn = confirmed?.workspaceId === place.workspaceId;
  if (isOwn) {
    // What was acknowledged stays so, even where the snapshot itself is of no use.
    state.versionMin = confirmed.version;
    freshness.restore(confirmed);
  }
  const keys = await follower.begin();
  const reading: Reading = { version: null, progress: undefined };
  const loaded = await snapshotFile.load((frame) => takeFrame(following, keys, reading, frame));
  if (!loaded) return undefined;
  if (reading.version === null)
    throw new Rejection('incomplete', 'The file holds no whole snapshot');
  if (!isOwn) throw new Rejection('incomplete', 'When it was confirmed cannot be read');
  if (reading.version < state.versionMin) {
    throw new Rejection(
      'older',
      `It ends with version ${reading.version}, this gateway has acknowledged ${state.versionMin}`,
    );
  }
  await keys.use();
  state.version = reading.version;
  state.isStored = true;
  return loaded;
}

interface Reading {
  /** Null until the last part of the snapshot. */
  version: number | null;
  progress: Progress | undefined;
}

async function takeFrame(
  { controlPlaneKey, place }: Following,
  keys: KeysDraft,
  reading: Reading,
  frame: Uint8Array,
): Promise<'part' | 'changes'> {
  const { header, body } = openFrame(frame, controlPlaneKey);
  if (header.type === 'changes') {
    requirePlace(place, header);
    requireNext(reading.version, header);
    await keys.add(body);
    reading.version = header.to;
    return 'changes';
  }
  if (header.type !== 'snapshot' || reading.version !== null) {
    throw new Rejection('malformed', `The file holds a message of type "${header.type}" midway`);
  }
  requirePlace(place, header);
  reading.progress = followPart(reading.progress, header);
  await keys.add(body);
  if (header.last) reading.version = header.version;
  return 'part';
}
