import type { KeyObject } from 'node:crypto';
import type { Format, Position } from '@tollkeeper/protocol';
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import { reasonOf } from '../fleet-error.ts';
import type { Log } from '../log.ts';
import type { ConfirmedFile } from '../snapshot/confirmed-file.ts';
import type { SnapshotDraft, SnapshotFile } from '../snapshot/snapshot-file.ts';
import type { Freshness, Moment } from './freshness.ts';
import type { KeyStore, KeysDraft } from './key-store.ts';
import type { Place, Progress } from './order.ts';

/** What the sync of one workspace works with. */
export interface SyncContext {
  readonly place: Place;
  /** The control plane's public key, as pinned when the gateway joined. */
  readonly controlPlaneKey: KeyObject;
  /** Signs what this gateway has applied, from version 4 of the protocol on. */
  readonly identityKey: KeyObject;
  readonly keyStore: KeyStore;
  readonly snapshotFile: SnapshotFile;
  readonly confirmedFile: ConfirmedFile;
  readonly freshness: Freshness;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly random: () => number;
  readonly randomBytes: (count: number) => Buffer;
  readonly log: Log;
  readonly state: SyncState;
}

export interface SyncState {
  /** Version that the key store decides with; null without a snapshot. */
  version: number | null;
  /** Format of the parts that the keys came in; null without a snapshot, or without entries. */
  format: Format | null;
  /** Newest position that it may report; null when the version is. */
  latest: Position | null;
  /** Version in the file of acknowledgements: the gateway starts with nothing older. */
  versionMin: number;
  /** Version of the protocol that the current connection speaks; 0 before the hello. */
  protocol: number;
  /** Nonce of the current connection; undefined before the hello. */
  nonce: string | undefined;
  /** Lineage that the current connection sends; undefined before it says so. */
  lineage: Lineage | undefined;
  /** Check that is not answered yet. */
  check: Check | undefined;
  /** Whether the control plane has said, on the current connection, that nothing is newer. */
  isCurrent: boolean;
  /** Whether the disk holds all of it: what would be forgotten by a restart is not acknowledged. */
  isStored: boolean;
  /** Snapshot of which parts are still missing. */
  arriving: Arriving | undefined;
  /** Snapshot of which a part was rejected: the parts that still arrive are ignored. */
  spoilt: Pick<Progress, 'version' | 'issuedAtMs'> | undefined;
  /** When a snapshot was requested or its last part arrived; null when none is due. */
  awaitedAtMs: number | null;
  /** How many snapshots in a row were rejected. */
  badSnapshots: number;
  askAgainAtMs: number;
  /** How many snapshots in a row could not be stored. */
  unstoredSnapshots: number;
  storeAgainAtMs: number;
}

export interface Lineage {
  readonly epoch: string;
  /** The oldest version that this connection sends. */
  readonly version: number;
  /** Whether the keys in the store belong to this lineage. */
  isOwn: boolean;
}

export interface Check {
  readonly nonce: string;
  readonly askedAt: Moment;
}

export interface Arriving {
  progress: Progress | undefined;
  format: Format | null;
  readonly keys: KeysDraft;
  /** Undefined when it cannot be stored. */
  file: SnapshotDraft | undefined;
}

export function emptySyncState(): SyncState {
  return {
    version: null,
    format: null,
    latest: null,
    versionMin: 0,
    protocol: 0,
    nonce: undefined,
    lineage: undefined,
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

/** A full or broken disk stops no decision: this gateway goes on in memory, and says so. */
export function noteDiskFault({ faults, log }: SyncContext, error: unknown): void {
  faults.set('disk', `The snapshot cannot be stored: ${reasonOf(error)}.`);
  log.error({ err: error }, 'the snapshot cannot be stored; this gateway goes on in memory');
}
