/** How many calls were accepted and denied, and when one was last accepted. */
export interface CallCounts {
  accepted: number;
  denied: number;
  /** Milliseconds since 1970; 0 when none was accepted. */
  lastAcceptedMs: number;
}

/** Counts of no call, to add to. */
export function noCalls(): CallCounts {
  return { accepted: 0, denied: 0, lastAcceptedMs: 0 };
}

/** @param atMs when the call was decided, in milliseconds since 1970 */
export function countCall(counts: CallCounts, isAccepted: boolean, atMs: number): void {
  if (isAccepted) {
    counts.accepted += 1;
    counts.lastAcceptedMs = Math.max(counts.lastAcceptedMs, atMs);
  } else {
    counts.denied += 1;
  }
}

export function addCalls(counts: CallCounts, added: Readonly<CallCounts>): void {
  counts.accepted += added.accepted;
  counts.denied += added.denied;
  counts.lastAcceptedMs = Math.max(counts.lastAcceptedMs, added.lastAcceptedMs);
}
