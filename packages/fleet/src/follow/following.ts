import type { KeyObject } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { Log } from '../log.ts';
import type { ConfirmedFile, SnapshotDraft, SnapshotFile } from '../snapshot/index.ts';
import type { Follower, KeysDraft } from './follower.ts';
import type { Freshness } from './freshness.ts';
import type { Place, Progress } from './order.ts';

/** What following a workspace works with. */
export interface Following {
  readonly place: Place;
  /** The control plane's public key, as pinned when the gateway joined. */
  readonly controlPlaneKey: KeyObject;
  readonly follower: Follower;
  readonly snapshotFile: SnapshotFile;
  readonly confirmedFile: ConfirmedFile;
  readonly freshness: Freshness;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly state: FollowingState;
}

export interface FollowingState {
  /** What the follower decides with; null without a snapshot. */
  version: number | null;
  /** What this gateway has acknowledged before it started: nothing older is taken for the newest. */
  versionMin: number;
  /** Whether the control plane has said, on the connection that stands, that nothing is newer. */
  isCurrent: boolean;
  /** Whether the disk holds all of it: what would be forgotten by a restart is not acknowledged. */
  isStored: boolean;
  /** The snapshot that is coming. */
  arriving: Arriving | undefined;
  /** The snapshot of which a part was rejected: the parts that still come are not worth a word. */
  spoilt: Pick<Progress, 'version' | 'issuedAtMs'> | undefined;
  /** When a snapshot was asked for, or last came nearer; null when none is due. */
  awaitedAtMs: number | null;
  /** How many snapshots in a row were rejected. */
  badSnapshots: number;
  askAgainAtMs: number;
  /** How many snapshots in a row the disk did not take. */
  unstoredSnapshots: number;
  storeAgainAtMs: number;
}

export interface Arriving {
  progress: Progress | undefined;
  readonly keys: KeysDraft;
  /** Undefined when the disk does not take it. */
  file: SnapshotDraft | undefined;
}

export function nothingFollowed(): FollowingState {
  return {
    version: null,
    versionMin: 0,
    isCurrent: false,
    isStored: false,
    arriving: undefined,
    spoilt: undefined,
    awaitedAtMs: null,
    badSnapshots: 0,
    askAgainAtMs: 0,
    unstoredSnapshots: 0,
    storeAgainAtMs: 0,
  };
}
