import { eq, max } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database } from '../db/connect.ts';
import { change, controlPlane } from '../db/schema/index.ts';
import { DomainError } from '../domain-error.ts';
import {
  type Applied,
  applyChanges,
  type ChangeConsumer,
  readAfterCommit,
  serialize,
} from './apply-changes.ts';
import {
  acknowledge,
  POLL_MS,
  renewLease,
  TRUST_MS,
  takeLease,
  waitUntilAppliedElsewhere,
  withTimeout,
} from './lease.ts';
import { APPLIED_CHANNEL, type Notifier } from './notifier.ts';
import { createSingleFlight, type SingleFlight } from './single-flight.ts';

/**
 * Follows the change table and applies what changed to the memory of this process, so that a
 * decision needs no database. The lease makes that safe: a process decides from memory only while
 * its lease runs, and a writer waits until every other process has applied the change or has let
 * its lease run out. So a key is refused everywhere once the call that disabled it answers.
 */
export interface ChangeFeed {
  /** Whether this process may decide from memory at this moment. */
  current(): boolean;
  /** Id of the last change that this process has applied. A change of authority moves it. */
  lastApplied(): number;
  /** Makes sure that it may: catches up if need be. @throws DomainError unavailable */
  catchUp(): Promise<void>;
  /**
   * Reads changes by a connection that was just sent a COMMIT: what it committed comes with the
   * answer, in one round trip. Never rejects.
   */
  readAfterCommit(database: object): Promise<void>;
  /**
   * Waits until all processes decide with the change, which is committed; 0 waits for nothing.
   * @param read what `readAfterCommit` returned; else this process reads the change now
   */
  waitUntilApplied(changeId: number, read?: Promise<void>): Promise<void>;
  /** To be called when another process says that something changed, or was applied. */
  wake(): void;
  stop(): Promise<void>;
}

const RENEW_MS = 700;
/** How long a request waits for this process to catch up, in milliseconds. */
const CATCH_UP_MS = 3000;

interface State extends Applied {
  /** What the table says that was applied: writers in other processes go by it. */
  acknowledged: number;
  /** Another process may be waiting for an acknowledgement. */
  isAwaited: boolean;
  renewedAt: number;
  trustedUntil: number;
  /** The same by the clock on the wall: the other one stands still while a machine sleeps. */
  trustedUntilEpochMs: number;
  readonly waiting: Set<() => void>;
}

interface ChangeFeedOptions {
  /** With a connection of its own: requests that wait for theirs must not hold up the lease. */
  readonly db: Database;
  /** Where acknowledgements go: its commits wait for no disk. */
  readonly signals: Database;
  /** Where writers ask who is behind: there may be many of them at once. */
  readonly writerDb: Database;
  readonly processId: string;
  readonly notifier: Notifier;
  readonly consumer: ChangeConsumer;
  readonly log: Logger;
}

interface Self extends ChangeFeedOptions {
  readonly state: State;
  /** Reads and applies changes. */
  readonly steps: SingleFlight;
}

export async function startChangeFeed(options: ChangeFeedOptions): Promise<ChangeFeed> {
  const state = emptyState();
  const steps = createSingleFlight(() =>
    readChanges(self).finally(() => {
      for (const resume of state.waiting) resume();
    }),
  );
  const self: Self = { ...options, state, steps };
  const { db, processId, notifier, log } = options;
  await load(self);
  const tryStep = () =>
    void steps.run().catch((error) => log.warn({ err: error }, 'changes could not be read'));
  const answerOthers = () => {
    state.isAwaited = true;
    tryStep();
  };
  const poll = setInterval(answerOthers, POLL_MS);
  return {
    current: () => isCurrent(state),
    lastApplied: () => state.applied,
    catchUp: () => catchUp(self),
    readAfterCommit: (database) => readAfterCommit(self, database),
    waitUntilApplied: (changeId, read) => waitUntilApplied(self, tryStep, changeId, read),
    wake: () => {
      answerOthers();
      for (const resume of state.waiting) resume();
    },
    stop: async () => {
      clearInterval(poll);
      await steps.idle();
      await notifier.flush();
      state.trustedUntil = 0;
      await db.delete(controlPlane).where(eq(controlPlane.id, processId));
    },
  };
}

function emptyState(): State {
  return {
    applied: 0,
    appliedElsewhere: 0,
    acknowledged: 0,
    isAwaited: false,
    renewedAt: 0,
    trustedUntil: 0,
    trustedUntilEpochMs: 0,
    applying: Promise.resolve(),
    waiting: new Set(),
  };
}

function isCurrent(state: State): boolean {
  return performance.now() < state.trustedUntil && Date.now() < state.trustedUntilEpochMs;
}

/** What was read after `startedAt` may be trusted for a while from then on. */
function trust(state: State, startedAt: number): void {
  state.renewedAt = startedAt;
  state.trustedUntil = startedAt + TRUST_MS;
  state.trustedUntilEpochMs = Date.now() - (performance.now() - startedAt) + TRUST_MS;
}

/** Registers first and loads after: a writer that does not see the row is seen by the load. */
async function load(self: Self): Promise<void> {
  const { db, processId, consumer, state } = self;
  const startedAt = performance.now();
  await takeLease(db, processId);
  const [last] = await db.select({ id: max(change.id) }).from(change);
  await consumer.reload();
  state.applied = last?.id ?? 0;
  state.appliedElsewhere = 0;
  await acknowledgeApplied(self);
  trust(state, startedAt);
}

/**
 * The lease first, the changes after. A writer that saw no running lease had committed before this
 * renewal, so the read finds its change; the other way round, one could slip between the two.
 */
async function readChanges(self: Self): Promise<void> {
  const { db, processId, state } = self;
  const startedAt = performance.now();
  // A wake-up from here on is answered by the next step, which sees more.
  const { isAwaited } = state;
  state.isAwaited = false;
  const isDue = startedAt - state.renewedAt >= RENEW_MS;
  if (isDue && !(await renewLease(db, processId, state.acknowledged))) {
    return serialize(state, () => load(self));
  }
  await applyChanges(self);
  // A change of this process's own is waited for by nobody else: alone, it acknowledges only as
  // often as it polls.
  if (isAwaited && state.acknowledged < state.applied) await acknowledgeApplied(self);
  if (isDue) trust(state, startedAt);
}

async function acknowledgeApplied({ signals, processId, notifier, state }: Self): Promise<void> {
  const { applied } = state;
  await acknowledge(signals, processId, applied);
  state.acknowledged = applied;
  notifier.notify(APPLIED_CHANNEL);
}

/** Doubt refuses: without the newest changes no key is decided. */
async function catchUp(self: Self): Promise<void> {
  if (isCurrent(self.state)) return;
  try {
    await withTimeout(self.steps.run(), CATCH_UP_MS);
  } catch (error) {
    throw lostTouch(error);
  }
  if (!isCurrent(self.state)) throw lostTouch(undefined);
}

function lostTouch(cause: unknown): DomainError {
  return new DomainError('unavailable', 'The server has lost touch with its database. Try again.', {
    cause,
  });
}

async function waitUntilApplied(
  self: Self,
  tryStep: () => void,
  changeId: number,
  read: Promise<void> = Promise.resolve(),
): Promise<void> {
  if (changeId === 0) return;
  const { writerDb, notifier, processId, state } = self;
  void read.then(() => {
    if (state.applied < changeId) tryStep();
  });
  await waitUntilAppliedElsewhere(writerDb, notifier, changeId, {
    processId,
    isBehind: (id) => state.applied < id && isCurrent(state),
    isAppliedElsewhere: (id) => id <= state.applied && id <= state.appliedElsewhere,
    wakers: state.waiting,
  });
}
