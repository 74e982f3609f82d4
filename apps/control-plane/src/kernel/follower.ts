import { and, asc, eq, gt, lt, max, ne, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Connection, Database } from '../db/connect.ts';
import { change, controlPlane } from '../db/schema/index.ts';
import type { Change } from './append-changes.ts';

/**
 * Follows the change table and applies what changed to the memory of this process, so that a
 * decision needs no database. The lease makes that safe: a process decides from memory only while
 * its lease runs, and a writer waits until every other process has applied the change or has let
 * its lease run out. So a key is refused everywhere once the call that disabled it answers.
 */
export interface Follower {
  /** Whether this process may decide from memory at this moment. */
  current(): boolean;
  /** Catches up now; throws when the database cannot be reached. */
  refresh(): Promise<void>;
  /** Waits until all processes decide with the change; 0 waits for nothing. */
  settle(changeId: number): Promise<void>;
  /** To be called when the database says that something changed, or was applied. */
  wake(): void;
  stop(): Promise<void>;
}

export interface Followed {
  /** Loads everything; called at first, and after a gap in which changes may have been purged. */
  readonly reload: () => Promise<void>;
  readonly apply: (changes: readonly Change[]) => Promise<void>;
}

/** Wakes the writers that wait for this process. */
export const APPLIED_CHANNEL = 'tollkeeper_applied';

/** How long others wait for a silent process, as the database's clock tells, in milliseconds. */
const LEASE_MS = 3000;
/** How long a process trusts its own lease: shorter, so that clocks need not agree. */
const TRUST_MS = 2000;
const RENEW_MS = 700;
const POLL_MS = 250;
/** Changes are purged after a day; who was away for half of one loads everything anew. */
const GAP_MS = 12 * 3_600_000;
const BATCH = 1000;

interface State {
  applied: number;
  trustedUntil: number;
  renewedAt: number;
  stepping: Promise<void> | undefined;
  again: boolean;
  waiting: Set<() => void>;
}

export async function startFollower(
  connection: Connection,
  processId: string,
  followed: Followed,
  log: Logger,
): Promise<Follower> {
  const state: State = {
    applied: 0,
    trustedUntil: 0,
    renewedAt: 0,
    stepping: undefined,
    again: false,
    waiting: new Set(),
  };
  const self = { connection, processId, followed, state };
  await load(self);
  const poll = setInterval(
    () => step(self).catch((error) => log.warn({ err: error }, 'changes could not be read')),
    POLL_MS,
  );
  return {
    current: () => performance.now() < state.trustedUntil,
    refresh: () => step(self),
    settle: (changeId) => settle(self, changeId),
    wake: () => {
      step(self).catch((error) => log.warn({ err: error }, 'changes could not be read'));
      for (const resume of state.waiting) resume();
    },
    stop: async () => {
      clearInterval(poll);
      await state.stepping?.catch(() => undefined);
      state.trustedUntil = 0;
      await connection.db.delete(controlPlane).where(eq(controlPlane.id, processId));
    },
  };
}

interface Self {
  readonly connection: Connection;
  readonly processId: string;
  readonly followed: Followed;
  readonly state: State;
}

/** Registers first and loads after: a writer that does not see the row is seen by the load. */
async function load({ connection: { db }, processId, followed, state }: Self): Promise<void> {
  const startedAt = performance.now();
  await db
    .insert(controlPlane)
    .values({ id: processId, appliedChange: 0, leaseUntil: leaseUntil() })
    .onConflictDoUpdate({
      target: controlPlane.id,
      set: { appliedChange: 0, leaseUntil: leaseUntil() },
    });
  const [last] = await db.select({ id: max(change.id) }).from(change);
  await followed.reload();
  state.applied = last?.id ?? 0;
  await renew({ connection: { db }, processId, state }, startedAt);
}

/** One step at a time; whoever asks during a step gets the next one, which sees what they saw. */
function step(self: Self): Promise<void> {
  const { state } = self;
  if (state.stepping) {
    state.again = true;
    return state.stepping;
  }
  state.stepping = (async () => {
    do {
      state.again = false;
      await catchUp(self);
    } while (state.again);
  })().finally(() => {
    state.stepping = undefined;
    for (const resume of state.waiting) resume();
  });
  return state.stepping;
}

async function catchUp(self: Self): Promise<void> {
  const { connection, state, followed } = self;
  const startedAt = performance.now();
  if (startedAt - state.renewedAt > GAP_MS) return load(self);
  for (;;) {
    const rows = await connection.db
      .select({ id: change.id, kind: change.kind, subjectId: change.subjectId })
      .from(change)
      .where(gt(change.id, state.applied))
      .orderBy(asc(change.id))
      .limit(BATCH);
    const last = rows.at(-1);
    if (last) {
      await followed.apply(rows);
      state.applied = last.id;
    }
    if (last || startedAt - state.renewedAt >= RENEW_MS) await renew(self, startedAt);
    if (rows.length < BATCH) return;
  }
}

async function renew(
  {
    connection: { db },
    processId,
    state,
  }: { connection: Pick<Connection, 'db'>; processId: string; state: State },
  startedAt: number,
): Promise<void> {
  await db
    .insert(controlPlane)
    .values({ id: processId, appliedChange: state.applied, leaseUntil: leaseUntil() })
    .onConflictDoUpdate({
      target: controlPlane.id,
      set: { appliedChange: state.applied, leaseUntil: leaseUntil() },
    });
  await db.execute(sql`select pg_notify(${APPLIED_CHANNEL}, '')`);
  state.renewedAt = startedAt;
  state.trustedUntil = startedAt + TRUST_MS;
}

function leaseUntil() {
  return sql`clock_timestamp() + ${`${LEASE_MS} milliseconds`}::interval`;
}

async function settle(
  { connection, processId, state, ...rest }: Self,
  changeId: number,
): Promise<void> {
  while (state.applied < changeId) await step({ connection, processId, state, ...rest });
  await waitForFollowers(connection.db, changeId, processId, state.waiting);
}

/**
 * Waits until no process with a running lease is behind the change; at most the length of a lease.
 * @param self the process that asks, which has applied the change itself
 * @param wakers called by whoever hears that a process has applied something
 */
export async function waitForFollowers(
  db: Database,
  changeId: number,
  self = '',
  wakers: Set<() => void> = new Set(),
): Promise<void> {
  while (changeId > 0 && (await someoneIsBehind(db, changeId, self))) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, POLL_MS);
      function done() {
        clearTimeout(timer);
        wakers.delete(done);
        resolve();
      }
      wakers.add(done);
    });
  }
}

async function someoneIsBehind(db: Database, changeId: number, self: string): Promise<boolean> {
  const rows = await db
    .select({ id: controlPlane.id })
    .from(controlPlane)
    .where(
      and(
        ne(controlPlane.id, self),
        lt(controlPlane.appliedChange, changeId),
        gt(controlPlane.leaseUntil, sql`clock_timestamp()`),
      ),
    )
    .limit(1);
  return rows.length > 0;
}
