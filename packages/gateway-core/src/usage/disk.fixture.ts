/** A disk of tests: a folder that goes, and writes that find it full. */
import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Write } from './segment.ts';

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-spool-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface LimitedDisk {
  /** How many bytes there is room for. */
  free: number;
  readonly write: Write;
}

/** As a file system does it: what fits is written, and only the next write fails. */
export function limitedDisk(): LimitedDisk {
  const disk: LimitedDisk = {
    free: Number.POSITIVE_INFINITY,
    write(fd, bytes, offset) {
      if (disk.free <= 0) throw new Error('ENOSPC: no space left on device, write');
      const written = writeSync(fd, bytes, offset, Math.min(bytes.length - offset, disk.free));
      disk.free -= written;
      return written;
    },
  };
  return disk;
}
