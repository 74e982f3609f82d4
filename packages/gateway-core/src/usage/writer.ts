import type { CanaryCaller, Fleet } from '../fleet.ts';
import { createCanaryHeads } from './canary-heads.ts';
import { createKindLimit } from './kind-limit.ts';
import { createNetworkNotes, networkHeadOf } from './network-notes.ts';
import { createRecentHeads } from './recent-heads.ts';
import { createSegment, isGone, type Segment, type Write, writeToFile } from './segment.ts';
import {
  addTo,
  callsOf,
  countCall,
  firstOf,
  linesOf,
  noCalls,
  type Sums,
  shadowHeadOf,
  withoutMinutes,
} from './sums.ts';

/** Counts the calls of this process into files of its own. */
export interface UsageWriter {
  readonly count: Fleet['count'];
  /** Counts a use of a canary key, which is no call. */
  countCanary(keyId: string, caller: CanaryCaller, atMs: number): void;
  /** Afterwards all that was counted is in the file, or kept in memory while that is impossible. */
  flush(): void;
  /**
   * To be called each second. Tries again what could not be written, and makes a batch of the file
   * unless the one before is still there: without the control plane there are few and full ones.
   */
  roll(): void;
  /**
   * A batch of what only memory holds, while it cannot be written: the same until it is taken.
   * There is none before every file of this run is taken, since it comes after them; the open one
   * is made a batch.
   */
  held(): HeldBatch | undefined;
  heldStored(sequence: number): void;
  /** Calls that are in no file that is a batch. */
  pendingCalls(): number;
  /** For people; null while all is well. */
  fault(): string | null;
  /** Makes a last batch. What is counted later is handed over by the next run. */
  close(): void;
}

export interface HeldBatch {
  readonly sequence: number;
  readonly sums: Sums;
}

export interface WriterOptions {
  readonly write?: Write;
  /** Of a segment. */
  readonly linesMax?: number;
}

/**
 * How many lines a segment holds. A row is a line, and never over 300 bytes of JSON: a batch is
 * always well below what the protocol allows.
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
  const kinds = createKindLimit();
  const recentHead = createRecentHeads();
  const canaryHead = createCanaryHeads();
  const newNetwork = createNetworkNotes();
  let segment: Segment | undefined;
  let lines = 0;
  /** Of the open segment; without one, of the last. */
  let sequence = 0;
  let lastBatch: string | undefined;
  let held: HeldBatch | undefined;
  let failure: unknown;
  let isScheduled = false;

  const count: Fleet['count'] = (subject, accepted, at, call, ip) => {
    // No line of a file has a fraction.
    const atMs = Math.trunc(at);
    add(recentHead(subject, atMs, call), accepted, atMs);
    for (const policyId of call?.refusedBy ?? []) add(shadowHeadOf(policyId, atMs), false, atMs);
    const network = accepted && ip !== undefined && newNetwork(subject.keyId, ip, atMs);
    if (network) add(networkHeadOf(subject.keyId, network, atMs), true, atMs);
    schedule();
  };

  function countCanary(keyId: string, caller: CanaryCaller, at: number): void {
    const atMs = Math.trunc(at);
    add(canaryHead(keyId, caller, atMs), true, atMs);
    schedule();
  }

  function schedule(): void {
    if (!isScheduled) {
      isScheduled = true;
      setImmediate(settleTurn);
    }
  }

  function add(head: string, accepted: boolean, atMs: number): void {
    let sum = unwritten.get(head);
    if (!sum) {
      sum = noCalls();
      unwritten.set(head, sum);
    }
    countCall(sum, accepted, atMs);
  }

  function settleTurn(): void {
    isScheduled = false;
    flush();
  }

  function flush(): void {
    while ((held || unwritten.size > 0) && failure === undefined) attempt(writeSome);
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
    if (held) storeHeld(held);
    if (lines >= linesMax) makeRoom();
    kinds.apply(unwritten, written);
    segment ??= nextSegment();
    const part = firstOf(unwritten, linesMax - lines);
    const { whole, failure } = segment.append(linesOf(part));
    for (const [head, sum] of firstOf(part, whole)) addTo(written, head, sum);
    if (whole === unwritten.size) unwritten.clear();
    else for (const head of firstOf(part, whole).keys()) unwritten.delete(head);
    lines += whole;
    if (failure !== undefined) throw failure;
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
      segment?.replace(linesOf(written));
      lines = written.size;
    } catch {
      // It is as good as it was, only longer.
    }
  }

  function seal(): void {
    lastBatch = segment?.seal(callsOf(written));
    segment = undefined;
    written = new Map();
    kinds.clear();
    lines = 0;
  }

  function sealCompact(): void {
    compact();
    seal();
  }

  function retry(): void {
    failure = undefined;
    flush();
  }

  /** Takes the place of the open segment, which no whole line is in. */
  function hold(): HeldBatch {
    if (segment) segment.discard();
    else sequence += 1;
    segment = undefined;
    const sums = new Map(firstOf(unwritten, linesMax));
    for (const head of sums.keys()) unwritten.delete(head);
    return { sequence, sums };
  }

  function storeHeld(batch: HeldBatch): void {
    const file = createSegment(folder, batch.sequence, write);
    try {
      const { failure } = file.append(linesOf(batch.sums));
      if (failure !== undefined) throw failure;
      lastBatch = file.seal(callsOf(batch.sums));
    } catch (error) {
      file.discard();
      throw error;
    }
    held = undefined;
  }

  function callsInMemory(): number {
    return callsOf(unwritten) + (held ? callsOf(held.sums) : 0);
  }

  return {
    count,
    countCanary,
    flush,
    roll() {
      retry();
      if (written.size > 0 && isGone(lastBatch)) attempt(sealCompact);
    },
    held() {
      if (held || failure === undefined || !isGone(lastBatch)) return held;
      if (written.size > 0) attempt(seal);
      else if (unwritten.size > 0) held = hold();
      return held;
    },
    heldStored(sequence) {
      if (held?.sequence === sequence) held = undefined;
    },
    pendingCalls: () => callsInMemory() + callsOf(written),
    fault: () => (failure === undefined ? null : faultText(folder, failure, callsInMemory())),
    close() {
      retry();
      if (written.size > 0) attempt(sealCompact);
    },
  };
}

function faultText(folder: string, failure: unknown, calls: number): string {
  const reason = failure instanceof Error ? failure.message : String(failure);
  const count = calls === 1 ? '1 call' : `${calls} calls`;
  return `Cannot write counts to "${folder}": ${reason}. Counted in memory only until that works: ${count}.`;
}
