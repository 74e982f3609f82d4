import type { KeyObject } from 'node:crypto';
import {
  type Downward,
  encodePart,
  formatOf,
  type Position,
  sealFrame,
} from '@tollkeeper/protocol';
import { changesOf, type WorkspaceVersion } from './read-changes.ts';
import { entriesOf, type Place, type Subjects } from './read-entries.ts';

/** Makes the signed bytes of a message. @throws RangeError when no gateway would take so many */
export type Seal = (header: Downward, body?: Uint8Array) => Uint8Array;

const NO_BODY = new Uint8Array(0);

export function sealer(key: KeyObject): Seal {
  return (header, body = NO_BODY) => sealFrame(header, body, key);
}

/** One message that takes a gateway from a version to another. */
export interface SealedChanges {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/** The largest body of a message, in bytes, unless a single version needs more. */
const BODY_BYTES_MAX = 256 * 1024;

/** What the messages are part of. */
export interface Recipient extends Place {
  readonly epoch: string;
  readonly protocol: number;
}

/** Name of what recipients have to share to be sent the same bytes, but for their epoch. */
export function audienceOf({ workspaceId, protocol }: Omit<Recipient, 'epoch'>): string {
  return `${workspaceId} ${protocol}`;
}

/**
 * The messages that tell of the versions, which follow each other.
 * @param from the version before the first of them
 * @param latest where the workspace stood after the subjects were read
 * @returns undefined when one version alone is too much for a message: a snapshot comes in parts
 */
export function sealChanges(
  seal: Seal,
  recipient: Recipient,
  from: number,
  versions: readonly WorkspaceVersion[],
  subjects: Subjects,
  latest: Position,
): SealedChanges[] | undefined {
  if (versions.some(({ changes }) => changes === null)) return undefined;
  const to = versions.at(-1)?.version ?? from;
  const entries = entriesOf(recipient, changesOf(versions), subjects);
  const body = encodePart(entries, formatOf(recipient.protocol));
  if (body.length > BODY_BYTES_MAX && versions.length > 1) {
    const half = versions.slice(0, versions.length >> 1);
    const middle = half.at(-1)?.version ?? from;
    const rest = versions.slice(half.length);
    const first = sealChanges(seal, recipient, from, half, subjects, latest);
    const second = first && sealChanges(seal, recipient, middle, rest, subjects, latest);
    return second && [...first, ...second];
  }
  const { organizationId, workspaceId, epoch } = recipient;
  const { version, revision } = latest;
  const header = {
    type: 'changes',
    organizationId,
    workspaceId,
    epoch,
    from,
    to,
    latest: { version, revision },
  } as const;
  try {
    return [{ from, to, bytes: seal(header, body) }];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
