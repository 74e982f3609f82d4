import type { KeyObject } from 'node:crypto';
import type { Position } from '@tollkeeper/contract';
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { Log } from '../log.ts';
import type { ConfirmedFile, SnapshotDraft, SnapshotFile } from '../snapshot/index.ts';
import type { Follower, KeysDraft } from './follower.ts';
import type { Freshness, Moment } from './freshness.ts';
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
  /** The newest that it may tell of; null as the version is. */
  seen: Position | null;
  /** What the file says that this gateway has acknowledged: it starts with nothing older. */
  versionMin: number;
  /** Of the connection that stands: its own nonce; undefined before the hello. */
  nonce: string | undefined;
  /** What the control plane tells on the connection that stands; undefined before it says so. */
  history: History | undefined;
  /** The question that is not answered yet. */
  check: Check | undefined;
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

export interface History {
  readonly epoch: string;
  /** Nothing older is what this connection tells. */
  readonly version: number;
  /** Whether what the follower decides with is of this history. */
  isOwn: boolean;
}

export interface Check {
  readonly nonce: string;
  readonly askedAt: Moment;
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
    seen: null,
    versionMin: 0,
    nonce: undefined,
    history: undefined,
    check: undefined,
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
