import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { closedName, openName } from './segment-name.ts';

/** Writes from `offset` on, as much as it can. @returns how many bytes; throws when none */
export type Write = (fd: number, bytes: Uint8Array, offset: number) => number;

/** The file of one sequence while lines are appended to it. */
export interface Segment {
  /** @returns how many of the lines the file holds now: all, unless `failure` is set */
  append(lines: readonly string[]): { whole: number; failure?: unknown };
  /** Puts the lines into the place of all that was appended, at once. @throws and changes nothing */
  replace(lines: readonly string[]): void;
  /** Ends it and gives it its lasting name. @throws and changes nothing */
  seal(calls: number): string;
  /** Forgets it. */
  discard(): void;
}

/**
 * Ends the half of a line that a failed write left behind. No line holds it, so that the half is
 * none, even where it looks like one: `… 1 0 17` of `… 1 0 1764`.
 */
const CANCEL = '?\n';

export const writeToFile: Write = (fd, bytes, offset) =>
  writeSync(fd, bytes, offset, bytes.length - offset);

export function createSegment(folder: string, sequence: number, write: Write): Segment {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, openName(sequence));
  let fd = openSync(path, 'w', 0o600);
  let torn = false;

  return {
    append(lines) {
      const cancel = torn ? CANCEL : '';
      const bytes = Buffer.from(cancel + lines.join(''), 'latin1');
      const { written, failure } = writeAll(fd, bytes, write);
      if (failure === undefined) {
        torn = false;
        return { whole: lines.length };
      }
      const { whole, end } = wholeLines(lines, cancel.length, written);
      if (written > 0) torn = written !== end;
      return { whole, failure };
    },
    replace(lines) {
      const next = writeAside(`${path}.new`, lines, write);
      try {
        renameSync(`${path}.new`, path);
      } catch (error) {
        discard(next, `${path}.new`);
        throw error;
      }
      close(fd);
      fd = next;
      torn = false;
    },
    seal(calls) {
      const sealed = join(folder, closedName(sequence, calls));
      renameSync(path, sealed);
      close(fd);
      return sealed;
    },
    discard: () => discard(fd, path),
  };
}

function writeAll(fd: number, bytes: Uint8Array, write: Write) {
  let written = 0;
  try {
    while (written < bytes.length) {
      const count = write(fd, bytes, written);
      if (count < 1) throw new Error('nothing could be written');
      written += count;
    }
    return { written };
  } catch (failure) {
    return { written, failure };
  }
}

/** How many lines end within what was written, and where the last of them does. */
function wholeLines(lines: readonly string[], start: number, written: number) {
  let whole = 0;
  let end = start;
  for (const { length } of lines) {
    if (end + length > written) break;
    end += length;
    whole += 1;
  }
  return { whole, end };
}

function writeAside(path: string, lines: readonly string[], write: Write): number {
  const fd = openSync(path, 'w', 0o600);
  const { failure } = writeAll(fd, Buffer.from(lines.join(''), 'latin1'), write);
  if (failure === undefined) return fd;
  discard(fd, path);
  throw failure;
}

/** A file that cannot be removed holds nothing: it is made anew, or read as an empty batch. */
function discard(fd: number, path: string): void {
  close(fd);
  quietly(() => rmSync(path, { force: true }));
}

/** What was to be done is done by then: a complaint on closing changes nothing about it. */
function close(fd: number): void {
  quietly(() => closeSync(fd));
}

function quietly(step: () => void): void {
  try {
    step();
  } catch {}
}

/** Batches are taken in order: with the last, all are. */
export function isGone(path: string | undefined): boolean {
  if (path === undefined) return true;
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
