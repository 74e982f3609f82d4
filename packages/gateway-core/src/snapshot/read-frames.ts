import type { FileHandle } from 'node:fs/promises';
import { DOWNWARD_BYTES_MAX } from '@tollkeeper/protocol';

/** Each frame on disk stands behind its length: a u32, the least significant byte first. */
const PREFIX_BYTES = 4;

export interface StoredFrame {
  /** Good until the next one is read. */
  readonly frame: Uint8Array;
  /** Where it ends in the file. */
  readonly end: number;
}

/**
 * The frames of the file, up to its end or to the first that is not there whole: compare the last
 * `end` with the size. Not verified.
 * @throws RangeError for a length that is never written
 */
export async function* readFrames(file: FileHandle): AsyncGenerator<StoredFrame> {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  let room = Buffer.alloc(0);
  for (let at = 0; await readWhole(file, prefix, at); ) {
    const length = prefix.readUInt32LE();
    if (length > DOWNWARD_BYTES_MAX) {
      throw new RangeError(`A frame of ${length} bytes begins at byte ${at}, which cannot be`);
    }
    if (length > room.length) room = Buffer.alloc(length);
    const frame = room.subarray(0, length);
    if (!(await readWhole(file, frame, at + PREFIX_BYTES))) return;
    at += PREFIX_BYTES + length;
    yield { frame, end: at };
  }
}

/** False when the file ends before. */
async function readWhole(file: FileHandle, into: Buffer, position: number): Promise<boolean> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}

export function lengthPrefix(frame: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32LE(frame.length);
  return prefix;
}
