import { type Format, openFrame, type Position } from '@tollkeeper/protocol';
import type { KeysDraft } from './key-store.ts';
import { followPart, newest, type Progress, requireNext, requirePlace } from './order.ts';
import { Rejection } from './rejection.ts';
import { requireSameFormat } from './require-part.ts';
import type { SyncContext } from './sync-state.ts';

type Source = Pick<SyncContext, 'snapshotFile' | 'controlPlaneKey' | 'place'>;

export interface Stored {
  readonly version: number;
  readonly latest: Position;
  readonly format: Format | null;
  /** Bytes behind the last whole frame. */
  readonly tornBytes: number;
}

/**
 * Adds what the disk holds to the keys, each frame verified as if it came now. Undefined when there
 * is no file.
 * @throws Rejection, and what opening a frame or adding its part throws
 */
export async function readStored(source: Source, keys: KeysDraft): Promise<Stored | undefined> {
  const reading: Reading = { version: null, latest: null, format: null, progress: undefined };
  const loaded = await source.snapshotFile.load((frame) => takeFrame(source, keys, reading, frame));
  if (!loaded) return undefined;
  const { version, latest, format } = reading;
  if (version === null || !latest)
    throw new Rejection('incomplete', 'The file holds no whole snapshot');
  return { ...loaded, version, latest, format };
}

interface Reading {
  /** Null until the last part of the snapshot. */
  version: number | null;
  latest: Position | null;
  format: Format | null;
  progress: Progress | undefined;
}

async function takeFrame(
  { controlPlaneKey, place }: Source,
  keys: KeysDraft,
  reading: Reading,
  frame: Uint8Array,
): Promise<'part' | 'changes'> {
  const { header, body } = openFrame(frame, controlPlaneKey);
  if (header.type === 'changes') {
    requirePlace(place, header);
    requireNext(reading.version, header);
    reading.format = requireSameFormat(reading.format, body);
    await keys.add(body);
    reading.version = header.to;
    reading.latest = newest(reading.latest, header.latest);
    return 'changes';
  }
  if (header.type !== 'snapshot' || reading.version !== null) {
    throw new Rejection('malformed', `The file holds a message of type "${header.type}" midway`);
  }
  requirePlace(place, header);
  reading.progress = followPart(reading.progress, header);
  reading.format = requireSameFormat(reading.format, body);
  await keys.add(body);
  if (header.latest) {
    reading.version = header.version;
    reading.latest = header.latest;
  }
  return 'part';
}
