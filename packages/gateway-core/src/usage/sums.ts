import {
  type CallKind,
  COUNTED_METHODS,
  COUNTED_ROUTE,
  type FleetUsageRow,
  type ShadowDenials,
} from '@tollkeeper/protocol';
import type { CallSubject, DecidedCall } from '../fleet.ts';

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

/**
 * Counts by head: the text that names key, owner, workspace and minute, and the kind of calls if that
 * is distinguished. A head that names a policy counts, as denied, calls that its shadow mode let through.
 */
export type Sums = Map<string, CallCounts>;

const MINUTE_MS = 60_000;
const CALLS = 'key_[0-9A-Za-z]{20} mem_[0-9A-Za-z]{20} (?:ws_[0-9A-Za-z]{20}|-) \\d{1,15}';
/** Lines of builds that distinguish no kinds have none. */
const KIND = '(?: [a-z_]{1,24} [A-Z]{3,7} (?:-|/[!#-[\\]-~]{0,99}))?';
const SHADOW = 'pol_[0-9A-Za-z]{20} \\d{1,15}';
const LINE = new RegExp(`^(${CALLS}${KIND}|${SHADOW}) (\\d{1,15}) (\\d{1,15}) (\\d{1,15})$`);

export function headOf(
  { keyId, ownerId, workspaceId }: CallSubject,
  atMs: number,
  call?: DecidedCall,
): string {
  const subject = `${keyId} ${ownerId} ${workspaceId ?? '-'} ${atMs - (atMs % MINUTE_MS)}`;
  return call && hasKind(call) ? `${subject} ${kindText(call)}` : subject;
}

/** Of the calls that a policy in shadow mode would have refused. */
export function shadowHeadOf(policyId: string, atMs: number): string {
  return `${policyId} ${atMs - (atMs % MINUTE_MS)}`;
}

const METHODS: ReadonlySet<string> = new Set(COUNTED_METHODS);

function hasKind({ method, routePath }: DecidedCall): boolean {
  return METHODS.has(method) && COUNTED_ROUTE.test(routePath);
}

function kindText({ code, method, routePath }: DecidedCall): string {
  return `${code} ${method} ${routePath === '' ? '-' : routePath}`;
}

/** The head without the kind of calls. */
export function withoutKind(head: string): string {
  if (isShadow(head)) return head;
  let end = -1;
  for (let field = 0; field < 4; field++) {
    end = head.indexOf(' ', end + 1);
    if (end < 0) return head;
  }
  return head.slice(0, end);
}

function isShadow(head: string): boolean {
  return head.startsWith('pol_');
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
  let sum = sums.get(head);
  if (!sum) {
    sum = noCalls();
    sums.set(head, sum);
  }
  addCalls(sum, counts);
}

export function callsOf(sums: Sums): number {
  let calls = 0;
  for (const [head, { accepted, denied }] of sums) {
    if (!isShadow(head)) calls += accepted + denied;
  }
  return calls;
}

/** What a batch reports. */
export interface Report {
  readonly rows: FleetUsageRow[];
  /** Missing without any. */
  readonly shadow?: ShadowDenials[];
}

export function reportOf(sums: Sums): Report {
  const rows: FleetUsageRow[] = [];
  const shadow: ShadowDenials[] = [];
  for (const [head, sum] of sums) {
    if (isShadow(head)) shadow.push(shadowOf(head, sum));
    else rows.push(rowOf(head, sum));
  }
  return shadow.length > 0 ? { rows, shadow } : { rows };
}

function shadowOf(head: string, { denied }: CallCounts): ShadowDenials {
  const [policyId = '', minute] = head.split(' ');
  return { policyId, minuteMs: Number(minute), denied };
}

function rowOf(head: string, sum: CallCounts): FleetUsageRow {
  const [keyId = '', ownerId = '', workspace = '', minute, code, method, route] = head.split(' ');
  const workspaceId = workspace === '-' ? null : workspace;
  const row = { keyId, ownerId, workspaceId, minuteMs: Number(minute), ...sum };
  if (code === undefined) return row;
  // A line of the spool, or made by `headOf`: nothing else has a kind.
  return { ...row, kind: { code, method, route: route === '-' ? '' : route } as CallKind };
}

/** The rows as version 3 of the protocol has them: one for each key and minute. */
export function rowsWithoutKinds(rows: readonly FleetUsageRow[]): FleetUsageRow[] {
  const sums: Sums = new Map();
  for (const { kind: _kind, ...row } of rows) addTo(sums, headOf(row, row.minuteMs), row);
  return reportOf(sums).rows;
}

/** Bounds memory by the number of keys: each call still counts, in the last minute of its key. */
export function withoutMinutes(sums: Sums): Sums {
  const last = new Map<string, number>();
  for (const head of sums.keys()) {
    const [subject, minuteMs] = splitHead(withoutKind(head));
    last.set(subject, Math.max(last.get(subject) ?? 0, minuteMs));
  }
  const merged: Sums = new Map();
  for (const [head, sum] of sums) {
    const [subject] = splitHead(withoutKind(head));
    addTo(merged, `${subject} ${last.get(subject)}`, sum);
  }
  return merged;
}

function splitHead(head: string): [subject: string, minuteMs: number] {
  const end = head.lastIndexOf(' ');
  return [head.slice(0, end), Number(head.slice(end + 1))];
}
