import type { GatewayFacts } from '../fleet.ts';
import type { Health } from '../health.ts';
import type { Confirmed, Place } from '../sync/index.ts';

/** A process that decides and counts, as the primary sees it. */
export interface Worker {
  /** Whether it takes requests: a version is acknowledged once each that does has applied it. */
  isServing(): boolean;
  hasEnded(): boolean;
  /**
   * Resolves with whether it was done; with false, when the process has ended, and not before: one
   * that does not answer in time is killed.
   */
  ask(command: WorkerCommand): Promise<boolean>;
}

/** The processes that decide and count in place of the primary. */
export interface Workers {
  /** Those whose process has not ended. */
  all(): readonly Worker[];
  /** Kills it, and puts another in its place. Resolves when it has ended. */
  replace(worker: Worker): Promise<void>;
  /**
   * Calls for those that are there, and for each that comes: it takes requests once the promise is
   * settled.
   */
  onStart(prepare: (worker: Worker) => Promise<void>): void;
  /** Whether the process that counts into the run has not ended. */
  isCounting(runId: string): boolean;
  /** Sums of all. */
  health(): WorkerHealth;
}

/** Health of a worker, from its last report. */
export interface WorkerHealth extends Health {
  /** Calls counted that are in no batch. */
  readonly pendingCalls: number;
  /** Why counts cannot be written; null while all is well. */
  readonly fault: string | null;
}

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
  /** How people named the gateway. */
  | { readonly type: 'gateway'; readonly gateway: GatewayFacts }
  /** The age is the one at the moment of sending; null is never confirmed. */
  | { readonly type: 'fresh'; readonly confirmed: Confirmed; readonly ageMs: number | null };

export interface WorkerPlace extends Place {
  /** The one that was pinned: a worker verifies what it reads from the disk itself. */
  readonly controlPlaneKey: string;
}
