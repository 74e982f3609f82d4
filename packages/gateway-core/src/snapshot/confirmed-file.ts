import { closeSync, constants, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StateFolder } from '../state-folder/open-state-folder.ts';

/** What was acknowledged and confirmed last; written in place, at each of both. */
export interface StoredConfirmed {
  /** Versions of another say nothing about this one. */
  readonly workspaceId: string;
  /** The version that this gateway said to decide with: it must not start with an older one. */
  readonly version: number;
  readonly confirmedAtMs: number;
}

export interface ConfirmedFile {
  /** Undefined when there is none, or when it cannot be read for what it is. */
  read(): StoredConfirmed | undefined;
  write(confirmed: StoredConfirmed): void;
  remove(): void;
  close(): void;
}

/** One length, in one write: a process that is killed leaves the old text or the new one. */
const BYTES = 256;

export function openConfirmedFile(folder: StateFolder): ConfirmedFile {
  const path = join(folder.path, 'confirmed');
  let file: number | undefined;
  const close = () => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  return {
    close,
    read() {
      try {
        return parse(JSON.parse(readFileSync(path, 'utf8')));
      } catch {
        return undefined;
      }
    },
    write({ workspaceId, version, confirmedAtMs }) {
      file ??= openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
      const text = JSON.stringify({ workspaceId, version, confirmedAtMs });
      writeSync(file, `${text.padEnd(BYTES - 1)}\n`, 0);
    },
    remove() {
      close();
      rmSync(path, { force: true });
    },
  };
}

function parse(value: unknown): StoredConfirmed | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { workspaceId, version, confirmedAtMs } = value as Record<string, unknown>;
  if (typeof workspaceId !== 'string') return undefined;
  if (!isCount(version) || !isCount(confirmedAtMs)) return undefined;
  return { workspaceId, version, confirmedAtMs };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
