import { encodePart } from '@tollkeeper/fleet';
import type { WorkspaceChange } from './read-changes.ts';
import { entriesOf, type Place, type Subjects } from './read-entries.ts';
import type { Seal } from './seal.ts';

/** One message that takes a gateway from a version to another. */
export interface SealedChanges {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/** The largest body of a message, in bytes, unless a single change needs more. */
const BODY_BYTES_MAX = 256 * 1024;

/**
 * The messages that tell of the changes, which follow each other.
 * @param from the version before the first of them
 * @returns undefined when one change alone is too much for a message: a snapshot comes in parts
 */
export function sealChanges(
  seal: Seal,
  place: Place,
  from: number,
  changes: readonly WorkspaceChange[],
  subjects: Subjects,
  issuedAtMs: number,
): SealedChanges[] | undefined {
  const to = changes.at(-1)?.version ?? from;
  const body = encodePart(entriesOf(place, changes, subjects));
  if (body.length > BODY_BYTES_MAX && changes.length > 1) {
    const half = changes.slice(0, changes.length >> 1);
    const middle = half.at(-1)?.version ?? from;
    const rest = changes.slice(half.length);
    const first = sealChanges(seal, place, from, half, subjects, issuedAtMs);
    const second = first && sealChanges(seal, place, middle, rest, subjects, issuedAtMs);
    return second && [...first, ...second];
  }
  const { organizationId, workspaceId } = place;
  const header = { type: 'changes', organizationId, workspaceId, from, to, issuedAtMs } as const;
  try {
    return [{ from, to, bytes: seal(header, body) }];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
