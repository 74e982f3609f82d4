import type { FleetUsageRow } from '@tollkeeper/protocol';
import type { CallSubject } from '../fleet.ts';

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

/** Counts by head: the text that names key, owner, workspace and minute. */
export type Sums = Map<string, CallCounts>;

const MINUTE_MS = 60_000;
const LINE =
  /^(key_[0-9A-Za-z]{20} mem_[0-9A-Za-z]{20} (?:ws_[0-9A-Za-z]{20}|-) \d{1,15}) (\d{1,15}) (\d{1,15}) (\d{1,15})$/;

export function headOf({ keyId, ownerId, workspaceId }: CallSubject, atMs: number): string {
  return `${keyId} ${ownerId} ${workspaceId ?? '-'} ${atMs - (atMs % MINUTE_MS)}`;
}

/** The lines of a spool file: head, accepted, denied, last accepted. */
export function linesOf(sums: Sums): string[] {
  return [...sums].map(
    ([head, { accepted, denied, lastAcceptedMs }]) =>
      `${head} ${accepted} ${denied} ${lastAcceptedMs}\n`,
  );
}

/** Undefined for all that `linesOf` does not make, such as the half of a line. */
export function parseLine(line: string): [head: string, sum: CallCounts] | undefined {
  const [, head, accepted, denied, lastAcceptedMs] = LINE.exec(line) ?? [];
  if (head === undefined) return undefined;
  return [
    head,
    {
      accepted: Number(accepted),
      denied: Number(denied),
      lastAcceptedMs: Number(lastAcceptedMs),
    },
  ];
}

export function addTo(sums: Sums, head: string, counts: CallCounts): void {
  const sum = sums.get(head) ?? noCalls();
  addCalls(sum, counts);
  sums.set(head, sum);
}

export function callsOf(sums: Sums): number {
  let calls = 0;
  for (const { accepted, denied } of sums.values()) calls += accepted + denied;
  return calls;
}

export function rowsOf(sums: Sums): FleetUsageRow[] {
  return [...sums].map(([head, sum]) => rowOf(head, sum));
}

function rowOf(head: string, sum: CallCounts): FleetUsageRow {
  const [keyId = '', ownerId = '', workspace = '', minute] = head.split(' ');
  const workspaceId = workspace === '-' ? null : workspace;
  return { keyId, ownerId, workspaceId, minuteMs: Number(minute), ...sum };
}

/** Bounds memory by the number of keys: each call still counts, in the last minute of its key. */
export function withoutMinutes(sums: Sums): Sums {
  const last = new Map<string, number>();
  for (const head of sums.keys()) {
    const [subject, minuteMs] = splitHead(head);
    last.set(subject, Math.max(last.get(subject) ?? 0, minuteMs));
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
