import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { UpwardOf } from '@tollkeeper/protocol';
import { reportOf } from './report.ts';
import { namesIn, RUN, type SegmentFile, segmentsIn } from './segment-name.ts';
import { addTo, callsOf, parseLine, type Sums } from './sums.ts';

/** What is sent, and sent again until the control plane took it. */
export type UsageBatch = Omit<UpwardOf<'usage'>, 'type'>;

/** The batches of all runs in a folder: those that count now, and those that ended before. */
export interface UsageReader {
  /** The batch to send now: the same until it is taken. */
  next(): UsageBatch | undefined;
  /** The control plane counted it, now or before. */
  stored(spoolId: string, sequence: number): void;
  /** Calls in all batches. */
  waitingCalls(): number;
  /** For people; null while all is well. */
  fault(): string | null;
}

interface Run {
  readonly id: string;
  readonly folder: string;
  readonly segments: readonly SegmentFile[];
  /** Of its first batch, about. */
  readonly startedMs: number;
}

/**
 * @param folder holds one folder for each run
 * @param isLive whether a process appends to that run now: what it has open is no batch yet. Must
 * be true from before its first call until it ended, else calls are lost
 */
export function openReader(folder: string, isLive: (runId: string) => boolean): UsageReader {
  /** Of what ended runs left open: their names do not tell it. */
  const callsOfOpen = new Map<string, number>();
  /** Taken, and still there because they cannot be removed. */
  const spent = new Set<string>();
  /** Of the folder, as last listed, and of what is in it. */
  let unlisted: string | null = null;
  let failure: string | null = null;
  let damage: string | null = null;

  function list(): string[] {
    unlisted = null;
    try {
      return namesIn(folder);
    } catch (error) {
      unlisted = faultText(folder, error);
      return [];
    }
  }

  function runs(): Run[] {
    return (
      list()
        .filter((name) => RUN.test(name))
        // A folder that cannot be listed is none, rather than an empty one, which would be removed.
        .flatMap((id) => guarded([], () => [runOf(id)]))
        .sort((a, b) => Number(isLive(a.id)) - Number(isLive(b.id)) || a.startedMs - b.startedMs)
    );
  }

  function runOf(id: string): Run {
    const segments = batchesOf(id);
    const startedMs = segments[0] ? statSync(segments[0].path).mtimeMs : 0;
    return { id, folder: join(folder, id), segments, startedMs };
  }

  function batchesOf(id: string): SegmentFile[] {
    const live = isLive(id);
    return segmentsIn(join(folder, id))
      .filter(({ calls }) => calls !== undefined || !live)
      .filter(({ path }) => !spent.has(path));
  }

  function removeSpent(): void {
    for (const path of spent) {
      rmSync(path, { force: true });
      spent.delete(path);
    }
  }

  function batchOf(run: Run): UsageBatch | undefined {
    const [first] = run.segments;
    if (!first) {
      if (!isLive(run.id)) rmSync(run.folder, { recursive: true, force: true });
      return undefined;
    }
    const { sums, damaged } = readSegment(first.path);
    if (damaged > 0) {
      damage = `"${first.path}" is damaged: ${damaged} of its lines cannot be counted.`;
    }
    return { spoolId: run.id, sequence: first.sequence, ...reportOf(sums) };
  }

  function callsIn({ path, calls }: SegmentFile): number {
    if (calls !== undefined) return calls;
    const known = callsOfOpen.get(path) ?? callsOf(readSegment(path).sums);
    callsOfOpen.set(path, known);
    return known;
  }

  /** What cannot be read must not keep back the rest. */
  function guarded<T>(otherwise: T, step: () => T): T {
    try {
      return step();
    } catch (error) {
      failure = faultText(folder, error);
      return otherwise;
    }
  }

  return {
    next() {
      failure = null;
      guarded(undefined, removeSpent);
      for (const run of runs()) {
        const batch = guarded(undefined, () => batchOf(run));
        if (batch) return batch;
      }
      return undefined;
    },
    stored(spoolId, sequence) {
      if (!RUN.test(spoolId)) return;
      guarded(undefined, () => {
        for (const segment of batchesOf(spoolId)) {
          if (segment.sequence !== sequence) continue;
          spent.add(segment.path);
          callsOfOpen.delete(segment.path);
        }
        removeSpent();
      });
    },
    waitingCalls: () =>
      runs()
        .flatMap(({ segments }) => segments)
        .reduce((sum, segment) => sum + guarded(0, () => callsIn(segment)), 0),
    fault() {
      list();
      return unlisted ?? failure ?? damage;
    },
  };
}

function faultText(folder: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `Cannot hand over counts in "${folder}": ${reason}.`;
}

/** What a segment holds, and how many of its lines nobody wrote like that. */
function readSegment(path: string): { sums: Sums; damaged: number } {
  const sums: Sums = new Map();
  let damaged = 0;
  const lines = readFileSync(path, 'latin1').split('\n');
  // What stands behind the last line feed was never settled: its answer was not released.
  lines.pop();
  for (const line of lines) {
    const parsed = parseLine(line);
    if (parsed) addTo(sums, ...parsed);
    else if (!isCancelled(line)) damaged += 1;
  }
  return { sums, damaged };
}

/** The half of a line that a failed write left, and the writer ended. */
function isCancelled(line: string): boolean {
  return line.endsWith('?');
}
