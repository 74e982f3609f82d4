import type { Confirmed, Place } from '../sync/index.ts';

/** What the primary tells a worker; one after another, and each is answered when it is done. */
export type WorkerCommand =
  /** Where the instance belongs: before all others. */
  | { readonly type: 'place'; readonly place: WorkerPlace }
  /** Use what is on the disk, unless that is older than the version. */
  | { readonly type: 'load'; readonly version: number }
  /** A set of keys beside the one in use, its parts, and its use. */
  | { readonly type: 'begin' }
  | { readonly type: 'add'; readonly part: Uint8Array }
  | { readonly type: 'use' }
  /** Change the keys in use. */
  | { readonly type: 'apply'; readonly part: Uint8Array }
  /** Forget the keys: nothing is let through. */
  | { readonly type: 'clear' }
  /** Forget them for good, and say so: the gateway was removed from the fleet. */
  | { readonly type: 'remove' }
  /** The age is the one at the moment of sending; null is never confirmed. */
  | { readonly type: 'fresh'; readonly confirmed: Confirmed; readonly ageMs: number | null };

export interface WorkerPlace extends Place {
  /** The one that was pinned: a worker verifies what it reads from the disk itself. */
  readonly controlPlaneKey: string;
}
