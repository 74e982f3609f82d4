import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { controlPlane } from '../db/schema/index.ts';
import { defineStatement } from '../db/statement.ts';
import { CHANGE_CHANNEL, type Notifier } from './notifier.ts';

/** How long others wait for a silent process, in milliseconds. */
const LEASE_MS = 3000;
/** How long a process trusts its own lease: shorter, so that clocks may differ in speed. */
export const TRUST_MS = 2000;
/** How often those who wait ask when nobody wakes them. */
export const POLL_MS = 250;

/** Enters the process in the table, as one that has applied nothing. */
export async function takeLease(db: Database, processId: string): Promise<void> {
  const row = { appliedChange: 0, leaseUntil: leaseUntil() };
  await db
    .insert(controlPlane)
    .values({ id: processId, ...row })
    .onConflictDoUpdate({ target: controlPlane.id, set: row });
}

/**
 * False when the process was silent for so long that its row has been purged, and when the row says
 * otherwise than the process: the database was set back beneath it, and counts on from there.
 * @param appliedChange that the process acknowledged last
 */
export async function renewLease(
  db: Database,
  processId: string,
  appliedChange: number,
): Promise<boolean> {
  const renewed = await db
    .update(controlPlane)
    .set({ leaseUntil: leaseUntil() })
    .where(and(eq(controlPlane.id, processId), eq(controlPlane.appliedChange, appliedChange)));
  return renewed.rowCount === 1;
}

/**
 * Says that the process decides with the change from now on. It may be lost with the power of the
 * database server: writers then wait longer, and the renewal finds the row at odds with the process.
 */
export async function acknowledge(
  db: Database,
  processId: string,
  changeId: number,
): Promise<void> {
  await db
    .update(controlPlane)
    .set({ appliedChange: changeId })
    .where(eq(controlPlane.id, processId));
}

function leaseUntil() {
  return sql`clock_timestamp() + ${`${LEASE_MS} milliseconds`}::interval`;
}

/** The process that waits, when it decides from memory itself. */
interface Waiting {
  readonly processId: string;
  /** Whether it decides without the change. */
  readonly isBehind: (changeId: number) => boolean;
  /** Whether it knows, from reading the change, that no other process decides without it. */
  readonly isAppliedElsewhere: (changeId: number) => boolean;
  /** Called when this process, or another one, has applied something. */
  readonly wakers: Set<() => void>;
}

const NOBODY: Waiting = {
  processId: '',
  isBehind: () => false,
  isAppliedElsewhere: () => false,
  wakers: new Set(),
};

/**
 * Waits until no process decides without the change, which must have been committed: until each
 * with a running lease has applied it. Never longer than a lease, also when the database is gone:
 * a process that trusts its memory then has read the changes since. A process that was not behind,
 * because its lease had run out, reads the change before it decides again.
 * @param self asks its own memory, not the database
 */
export async function waitUntilAppliedElsewhere(
  db: Database,
  notifier: Pick<Notifier, 'notify'>,
  changeId: number,
  self: Waiting = NOBODY,
): Promise<void> {
  const deadline = performance.now() + LEASE_MS;
  const left = () => deadline - performance.now();
  let othersBehind = true;
  while (left() > 0) {
    // Before the question: a process that wakes during it must not be missed.
    const woken = wait(self.wakers, Math.min(POLL_MS, left()));
    // It first reads the change itself, and mostly sees by that whether it has to ask.
    if (self.isBehind(changeId)) {
      await woken.over;
      continue;
    }
    othersBehind &&= !self.isAppliedElsewhere(changeId);
    if (othersBehind) {
      const asked = someoneIsBehind(db, self.processId, changeId);
      othersBehind = await withTimeout(asked, left()).catch(() => true);
      if (othersBehind) notifier.notify(CHANGE_CHANNEL);
    }
    if (!othersBehind) return woken.cancel();
    await woken.over;
  }
}

const findBehind = defineStatement<{ id: string }, [processId: string, changeId: number]>(
  'find-behind',
  `select id from control_plane
  where id <> $1 and applied_change < $2 and lease_until > clock_timestamp() limit 1`,
);

async function someoneIsBehind(
  db: Database,
  processId: string,
  changeId: number,
): Promise<boolean> {
  return (await findBehind(db, [processId, changeId])).length > 0;
}

/** Over when somebody wakes, when it is cancelled, or after the time. */
function wait(wakers: Set<() => void>, timeoutMs: number) {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(cancel, timeoutMs);
  function cancel() {
    clearTimeout(timer);
    wakers.delete(cancel);
    resolve();
  }
  wakers.add(cancel);
  return { over, cancel };
}

/** The work, or a failure when it takes longer. */
export async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer in ${timeoutMs} ms`)), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
