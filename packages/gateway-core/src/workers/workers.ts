import type { Health } from '../health.ts';
import type { WorkerCommand } from './command.ts';

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
