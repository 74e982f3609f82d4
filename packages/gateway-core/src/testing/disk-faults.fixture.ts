/**
 * A disk of tests that fails under a whole instance, in Node itself: in the midst of what it writes,
 * or when it is to keep that for good.
 */
import fs from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { onTestFinished } from 'vitest';

export type DiskFault = 'ENOSPC' | 'EIO' | 'EIO on fsync';

/** The standard streams of the process are no files. */
const FD_MAX_OF_STREAMS = 2;

type Prototype = Pick<FileHandle, 'writeFile' | 'sync' | 'datasync'>;

export interface BrokenDisk {
  /** New files that could not be written or kept. */
  readonly failed: readonly FileHandle[];
  /** The end of the test does that too. */
  mend(): void;
}

export async function breakDisk(fault: DiskFault): Promise<BrokenDisk> {
  const failed: FileHandle[] = [];
  const handles = await prototypeOfHandles();
  const { writeFile, sync, datasync } = handles;
  const { writeSync } = fs;
  const mend = () => {
    Object.assign(handles, { writeFile, sync, datasync });
    Object.assign(fs, { writeSync });
    syncBuiltinESMExports();
  };
  onTestFinished(mend);
  const fail = (call: string) => {
    const code = fault === 'ENOSPC' ? 'ENOSPC' : 'EIO';
    throw Object.assign(new Error(`${code}: of a test, ${call}`), { code, syscall: call });
  };
  if (fault === 'EIO on fsync') {
    Object.assign(handles, {
      async sync(this: FileHandle) {
        failed.push(this);
        fail('fsync');
      },
      datasync: async () => fail('fsync'),
    });
    return { failed, mend };
  }
  /** Half of what comes first is written, as by a disk that fills up. */
  let isFirst = true;
  const firstHalf = (bytes: Uint8Array) => {
    const half = isFirst ? bytes.subarray(0, bytes.length >> 1) : bytes.subarray(0, 0);
    isFirst = false;
    return half;
  };
  Object.assign(handles, {
    async writeFile(this: FileHandle, bytes: Uint8Array) {
      failed.push(this);
      await writeFile.call(this, firstHalf(bytes));
      fail('write');
    },
  });
  Object.assign(fs, {
    /** As Node's: of a text the third argument is the position already. */
    writeSync(fd: number, data: Uint8Array | string, at = 0, ...rest: [number?, number?]) {
      const isText = typeof data === 'string';
      const bytes = isText ? Buffer.from(data) : data.subarray(at);
      const position = isText ? at : rest[1];
      if (fd <= FD_MAX_OF_STREAMS || (fault === 'ENOSPC' && isInPlace(fd, bytes, position))) {
        return writeSync(fd, bytes, 0, bytes.length, position);
      }
      const half = firstHalf(bytes);
      return half.length === 0 ? fail('write') : writeSync(fd, half, 0, half.length, position);
    },
  });
  syncBuiltinESMExports();
  return { failed, mend };
}

/** A full disk still takes what needs no more room than it has. */
function isInPlace(fd: number, bytes: Uint8Array, position: number | undefined): boolean {
  return position !== undefined && position + bytes.length <= fs.fstatSync(fd).size;
}

async function prototypeOfHandles(): Promise<Prototype> {
  await using file = await open(import.meta.filename);
  return Object.getPrototypeOf(file);
}
