import { COUNTED_METHODS, COUNTED_ROUTE, SCOPE_NEEDS } from '@tollkeeper/protocol';
import type { CallSubject, DecidedCall } from '../fleet.ts';
import { CANARY } from './canary-heads.ts';
import { NETWORK } from './network-notes.ts';

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
 * Counts by head: the text that names key, owner, workspace and minute, then, after `=`, what the calls
 * needed of the scopes of the key, and their kind, each if that is distinguished. A head that names a policy counts, as denied, calls that its shadow mode let through; one that
 * begins with `canary` counts, as accepted, uses of a canary key; one that begins with `network` names a network
 * from which a key was used.
 */
export type Sums = Map<string, CallCounts>;

const MINUTE_MS = 60_000;
const CALLS = 'key_[0-9A-Za-z]{20} mem_[0-9A-Za-z]{20} (?:ws_[0-9A-Za-z]{20}|-) \\d{1,15}';
/** Lines of builds that distinguish neither needs nor kinds have none. */
const NEEDS = `(?: =${SCOPE_NEEDS.source.slice(1, -1)})?`;
const KIND = '(?: [a-z_]{1,24} [A-Z]{3,7} (?:-|/[!#-[\\]-~]{0,99}))?';
const SHADOW = 'pol_[0-9A-Za-z]{20} \\d{1,15}';
const LINE = new RegExp(
  `^(${CALLS}${NEEDS}${KIND}|${SHADOW}|${CANARY}|${NETWORK}) (\\d{1,15}) (\\d{1,15}) (\\d{1,15})$`,
);

export function headOf(
  { keyId, ownerId, workspaceId }: CallSubject,
  atMs: number,
  call?: DecidedCall,
): string {
  const subject = `${keyId} ${ownerId} ${workspaceId ?? '-'} ${atMs - (atMs % MINUTE_MS)}`;
  if (!call) return subject;
  const needy = call.needs === undefined ? subject : `${subject} =${call.needs}`;
  return hasKind(call) ? `${needy} ${kindText(call)}` : needy;
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

/** The head without the kind of calls, but with what they needed. */
export function withoutKind(head: string): string {
  const end = subjectEnd(head);
  if (end === head.length || head[end + 1] !== '=') return head.slice(0, end);
  const needsEnd = head.indexOf(' ', end + 1);
  return needsEnd < 0 ? head : head.slice(0, needsEnd);
}

/** The head without the kind of calls and without what they needed. */
export function withoutNeeds(head: string): string {
  return head.slice(0, subjectEnd(head));
}

/** Where key, owner, workspace and minute end. */
function subjectEnd(head: string): number {
  if (!isCall(head)) return head.length;
  let end = -1;
  for (let field = 0; field < 4; field++) {
    end = head.indexOf(' ', end + 1);
    if (end < 0) return head.length;
  }
  return end;
}

export function isCall(head: string): boolean {
  return head.startsWith('key_');
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
    if (isCall(head)) calls += accepted + denied;
  }
  return calls;
}

/** Bounds memory by the number of keys: each call still counts, in the last minute of its key. */
export function withoutMinutes(sums: Sums): Sums {
  const last = new Map<string, number>();
  for (const head of sums.keys()) {
    const [subject, minuteMs] = splitHead(withoutNeeds(head));
    last.set(subject, Math.max(last.get(subject) ?? 0, minuteMs));
  }
  const merged: Sums = new Map();
  for (const [head, sum] of sums) {
    const plain = withoutNeeds(head);
    const [subject] = splitHead(plain);
    const needs = withoutKind(head).slice(plain.length);
    addTo(merged, `${subject} ${last.get(subject)}${needs}`, sum);
  }
  return merged;
}

function splitHead(head: string): [subject: string, minuteMs: number] {
  const end = head.lastIndexOf(' ');
  return [head.slice(0, end), Number(head.slice(end + 1))];
}

/** All of them, as a rule, which then need no copy. */
export function firstOf(sums: Sums, count: number): Sums {
  return sums.size <= count ? sums : new Map([...sums].slice(0, count));
}
