/**
 * How the spool's files are called: `<folder>/<run>/<sequence>.open` while the run appends to it,
 * `<sequence>-<calls>.log` once it is a batch. The number of calls serves only to be shown.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One run of a process that counts: the protocol's spool id. */
export const RUN = /^[0-9a-f]{32}$/;
const CLOSED = /^([1-9]\d{0,14})-(\d{1,16})\.log$/;
const OPEN = /^([1-9]\d{0,14})\.open$/;

export interface SegmentFile {
  readonly path: string;
  readonly sequence: number;
  /** Undefined while it is open. */
  readonly calls: number | undefined;
}

export function openName(sequence: number): string {
  return `${sequence}.open`;
}

export function closedName(sequence: number, calls: number): string {
  return `${sequence}-${calls}.log`;
}

/** The segments in the folder of a run, by sequence; none when there is no such folder. */
export function segmentsIn(folder: string): SegmentFile[] {
  return namesIn(folder)
    .flatMap((name) => fileOf(folder, name) ?? [])
    .sort((a, b) => a.sequence - b.sequence);
}

export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function fileOf(folder: string, name: string): SegmentFile | undefined {
  const [, sequence, calls] = CLOSED.exec(name) ?? OPEN.exec(name) ?? [];
  if (sequence === undefined) return undefined;
  return {
    path: join(folder, name),
    sequence: Number(sequence),
    calls: calls === undefined ? undefined : Number(calls),
  };
}
