import { ftruncateSync, writeSync } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DOWNWARD_BYTES_MAX } from '@tollkeeper/protocol';
import type { StateFolder } from '../state-folder/open-state-folder.ts';
import { syncFolder } from '../state-folder/write-whole.ts';

/**
 * The frames as they came, one after another: the parts of one snapshot, then the changes since.
 * There is no second format: who loads verifies what who received verified.
 */
export interface SnapshotFile {
  /**
   * Hands over each frame, up to the end or to a last one that is not there whole. Undefined when
   * there is no file.
   * @param take says what the frame was; what it throws ends the reading
   */
  load(take: (frame: Uint8Array) => Promise<'part' | 'changes'>): Promise<Loaded | undefined>;
  /** How large the file is on the disk; 0 when there is none. */
  bytes(): Promise<number>;
  /** Cuts off what stands behind the last whole frame: a killed process was writing it. */
  cutTail(): Promise<void>;
  /** A new file beside this one. */
  begin(): Promise<SnapshotDraft>;
  /** All of the frame is appended, or nothing. Outlives the process, not yet a power cut. */
  append(frame: Uint8Array): void;
  /** What was appended outlives a power cut. */
  sync(): Promise<void>;
  /** Whether the changes are larger than the snapshot, so that a new one is due. */
  isLong(): boolean;
  remove(): Promise<void>;
  close(): Promise<void>;
}

export interface SnapshotDraft {
  add(frame: Uint8Array): Promise<void>;
  /** Takes the place of the file, for good when the promise settles. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

export interface Loaded {
  /** Bytes behind the last whole frame. */
  readonly tornBytes: number;
}

/** Fewer bytes of changes are never too many. */
const LONG_BYTES = 1024 * 1024;

interface State {
  readonly path: string;
  file: FileHandle | undefined;
  /** Where the last whole frame ends. */
  size: number;
  /** How much of it is the snapshot. */
  snapshotBytes: number;
  isSynced: boolean;
}

export function openSnapshotFile(folder: Pick<StateFolder, 'path'>): SnapshotFile {
  const path = join(folder.path, 'snapshot');
  const state: State = { path, file: undefined, size: 0, snapshotBytes: 0, isSynced: true };
  return {
    load: (take) => load(state, take),
    bytes: () =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    cutTail: async () => state.file?.truncate(state.size),
    begin: () => begin(state),
    append: (frame) => append(state, frame),
    async sync() {
      if (state.isSynced) return;
      state.isSynced = true;
      await state.file?.datasync();
    },
    isLong: () => state.size - state.snapshotBytes > Math.max(state.snapshotBytes, LONG_BYTES),
    async remove() {
      await adopt(state, undefined, 0);
      await rm(path, { force: true });
      await rm(draftPath(path), { force: true });
    },
    close: () => adopt(state, undefined, 0),
  };
}

function draftPath(path: string): string {
  return `${path}.new`;
}

async function load(
  state: State,
  take: (frame: Uint8Array) => Promise<'part' | 'changes'>,
): Promise<Loaded | undefined> {
  const file = await open(state.path, 'r+').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  await adopt(state, file, 0);
  for await (const { frame, end } of readFrames(file)) {
    if ((await take(frame)) === 'part') state.snapshotBytes = end;
    state.size = end;
  }
  return { tornBytes: (await file.stat()).size - state.size };
}

/** The handle of the file that counts from now on. */
async function adopt(state: State, file: FileHandle | undefined, size: number): Promise<void> {
  const before = state.file;
  state.file = file;
  state.size = size;
  state.snapshotBytes = size;
  state.isSynced = true;
  await before?.close();
}

async function begin(state: State): Promise<SnapshotDraft> {
  const path = draftPath(state.path);
  const file = await open(path, 'w', 0o600);
  let size = 0;
  return {
    async add(frame) {
      const prefix = lengthPrefix(frame);
      await file.writeFile(prefix);
      await file.writeFile(frame);
      size += prefix.length + frame.length;
    },
    async commit() {
      await file.sync();
      await rename(path, state.path);
      await syncFolder(join(path, '..'));
      await adopt(state, file, size);
    },
    async discard() {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

function append(state: State, frame: Uint8Array): void {
  if (!state.file) throw new Error('There is no snapshot to append to');
  const bytes = Buffer.concat([lengthPrefix(frame), frame]);
  state.isSynced = false;
  try {
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(state.file.fd, bytes, done, bytes.length - done, state.size + done);
    }
  } catch (error) {
    ftruncateSync(state.file.fd, state.size);
    throw error;
  }
  state.size += bytes.length;
}

/** Each frame on disk stands behind its length: a u32, the least significant byte first. */
const PREFIX_BYTES = 4;

interface StoredFrame {
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
async function* readFrames(file: FileHandle): AsyncGenerator<StoredFrame> {
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

function lengthPrefix(frame: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32LE(frame.length);
  return prefix;
}
