import { existsSync } from 'node:fs';
import type { CallSubject } from '../fleet.ts';
import { createSegment, type Segment, type Write, writeToFile } from './segment.ts';
import { addTo, callsOf, headOf, lineOf, type Sums } from './sums.ts';

/** Counts the calls of this process into files of its own. */
export interface UsageWriter {
  count(subject: CallSubject, accepted: boolean, atMs: number): void;
  /** Afterwards all that was counted is in the file, or kept in memory while that is impossible. */
  settle(): void;
  /**
   * To be called each second. Tries again what could not be written, and makes a batch of the file
   * unless the one before is still there: without the control plane there are few and full ones.
   */
  roll(): void;
  /** Calls that are in no batch yet. */
  pendingCalls(): number;
  /** For people; null while all is well. */
  fault(): string | null;
  /** Makes a last batch. */
  close(): void;
}

export interface WriterOptions {
  readonly write?: Write;
  /** Of a segment. */
  readonly linesMax?: number;
}

/**
 * How many lines a segment holds. A row is a line, and never over 300 bytes of JSON: a batch is
 * always well below what the protocol lets through.
 */
const LINES_MAX = 16_384;
/** How many sums memory holds while nothing can be written, before minutes are given up. */
const UNWRITTEN_MAX = 65_536;

/** @param folder of this run; made when there is something to write */
export function openWriter(folder: string, options: WriterOptions = {}): UsageWriter {
  const { write = writeToFile, linesMax = LINES_MAX } = options;
  /** Counted, and not in the file. */
  let unwritten: Sums = new Map();
  let unwrittenMax = UNWRITTEN_MAX;
  /** What the open segment holds, summed. */
  let written: Sums = new Map();
  let segment: Segment | undefined;
  let lines = 0;
  let sequence = 0;
  let lastBatch: string | undefined;
  let failure: unknown;
  let isScheduled = false;

  function settle(): void {
    while (unwritten.size > 0 && failure === undefined) attempt(writeSome);
    if (unwritten.size <= unwrittenMax) return;
    unwritten = withoutMinutes(unwritten);
    unwrittenMax = Math.max(UNWRITTEN_MAX, 2 * unwritten.size);
  }

  function attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      failure = error;
    }
  }

  function writeSome(): void {
    if (lines >= linesMax) makeRoom();
    segment ??= nextSegment();
    const part = [...unwritten].slice(0, linesMax - lines);
    const result = segment.append(part.map(([head, sum]) => lineOf(head, sum)));
    for (const [head, sum] of part.slice(0, result.whole)) {
      addTo(written, head, sum);
      unwritten.delete(head);
    }
    lines += result.whole;
    if (result.failure !== undefined) throw result.failure;
  }

  function nextSegment(): Segment {
    const next = createSegment(folder, sequence + 1, write);
    sequence += 1;
    return next;
  }

  /** Without the control plane the sums of a day fit where the calls of it would not. */
  function makeRoom(): void {
    compact();
    if (lines > linesMax / 2) seal();
  }

  function compact(): void {
    if (lines === written.size) return;
    try {
      segment?.replace([...written].map(([head, sum]) => lineOf(head, sum)));
      lines = written.size;
    } catch {
      // It is as good as it was, only longer.
    }
  }

  function seal(): void {
    lastBatch = segment?.seal(callsOf(written));
    segment = undefined;
    written = new Map();
    lines = 0;
  }

  function retry(): void {
    failure = undefined;
    settle();
  }

  function roll(): void {
    retry();
    const isTaken = lastBatch === undefined || !existsSync(lastBatch);
    if (written.size > 0 && isTaken) attempt(sealCompact);
  }

  function sealCompact(): void {
    compact();
    seal();
  }

  return {
    count(subject, accepted, atMs) {
      const head = headOf(subject, atMs);
      let sum = unwritten.get(head);
      if (!sum) {
        sum = { accepted: 0, denied: 0, lastAcceptedMs: 0 };
        unwritten.set(head, sum);
      }
      if (accepted) {
        sum.accepted += 1;
        sum.lastAcceptedMs = Math.max(sum.lastAcceptedMs, atMs);
      } else {
        sum.denied += 1;
      }
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(() => {
        isScheduled = false;
        settle();
      });
    },
    settle,
    roll,
    pendingCalls: () => callsOf(unwritten) + callsOf(written),
    fault: () => (failure === undefined ? null : faultText(folder, failure, callsOf(unwritten))),
    close() {
      retry();
      if (written.size > 0) attempt(sealCompact);
    },
  };
}

/** Bounds memory by the number of keys: each call still counts, in the last minute of its key. */
function withoutMinutes(sums: Sums): Sums {
  const last = new Map<string, number>();
  for (const head of sums.keys()) {
    const [subject, minute] = splitHead(head);
    last.set(subject, Math.max(last.get(subject) ?? 0, minute));
  }
  const merged: Sums = new Map();
  for (const [head, sum] of sums) {
    const [subject] = splitHead(head);
    addTo(merged, `${subject} ${last.get(subject)}`, sum);
  }
  return merged;
}

function splitHead(head: string): [subject: string, minuteMs: number] {
  const end = head.lastIndexOf(' ');
  return [head.slice(0, end), Number(head.slice(end + 1))];
}

function faultText(folder: string, failure: unknown, calls: number): string {
  const reason = failure instanceof Error ? failure.message : String(failure);
  return `Cannot write counts to "${folder}": ${reason}. ${calls} calls are counted in memory only, until it can be written again.`;
}
