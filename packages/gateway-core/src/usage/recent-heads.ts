import type { CallSubject, DecidedCall } from '../fleet.ts';
import { headOf } from './sums.ts';

/** What the head of a call was made of, besides its key and its minute. */
interface RecentHead {
  readonly subject: CallSubject;
  readonly call: DecidedCall | undefined;
  readonly head: string;
}

/** Heads of so many keys are kept, for a minute at most. */
const KEYS_MAX = 4096;
const MINUTE_MS = 60_000;

/**
 * `headOf`, which makes one text of a hundred characters for all calls of a key that are alike, so that
 * it is hashed once.
 */
export function createRecentHeads(): typeof headOf {
  const recent = new Map<string, RecentHead>();
  let minute = Number.NaN;
  return (subject, atMs, call) => {
    const current = Math.floor(atMs / MINUTE_MS);
    if (current !== minute) {
      minute = current;
      recent.clear();
    }
    const known = recent.get(subject.keyId);
    if (known && isSameSubject(known.subject, subject) && isAlike(known.call, call)) {
      return known.head;
    }
    const head = headOf(subject, atMs, call);
    if (known || recent.size < KEYS_MAX) recent.set(subject.keyId, { subject, call, head });
    return head;
  };
}

function isSameSubject(one: CallSubject, other: CallSubject): boolean {
  return one.ownerId === other.ownerId && one.workspaceId === other.workspaceId;
}

function isAlike(one: DecidedCall | undefined, other: DecidedCall | undefined): boolean {
  if (!one || !other) return one === other;
  return (
    one.code === other.code &&
    one.method === other.method &&
    one.routePath === other.routePath &&
    one.needs === other.needs
  );
}
