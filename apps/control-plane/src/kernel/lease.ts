import { and, eq, gt, lt, sql } from 'drizzle-orm';
import type { Database } from '../db/connect.ts';
import { controlPlane } from '../db/schema/index.ts';

/** Wakes the writers that wait for a process. */
export const APPLIED_CHANNEL = 'tollkeeper_applied';

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

/** Says that the process decides with the change from now on. */
export async function acknowledge(
  db: Database,
  processId: string,
  changeId: number,
): Promise<void> {
  await db
    .update(controlPlane)
    .set({ appliedChange: changeId })
    .where(eq(controlPlane.id, processId));
  await db.execute(sql`select pg_notify(${APPLIED_CHANNEL}, '')`);
}

function leaseUntil() {
  return sql`clock_timestamp() + ${`${LEASE_MS} milliseconds`}::interval`;
}

/**
 * Waits until no process decides without the change, which must have been committed: until each
 * with a running lease has applied it. Never longer than a lease, also when the database is gone:
 * whoever trusts its memory then has looked at the changes since.
 * @param wakers called by whoever hears that a process has applied something
 * @param applied what the caller does to apply the change in its own process
 */
export async function waitForFollowers(
  db: Database,
  changeId: number,
  wakers: Set<() => void> = new Set(),
  applied: Promise<void> = Promise.resolve(),
): Promise<void> {
  const deadline = performance.now() + LEASE_MS;
  const left = () => deadline - performance.now();
  await soon(applied, left()).catch(() => undefined);
  while (left() > 0) {
    // Before the question: whoever wakes during it must not be missed.
    const woken = turn(wakers, Math.min(POLL_MS, left()));
    if (!(await soon(someoneIsBehind(db, changeId), left()).catch(() => true))) return;
    await woken;
  }
}

async function someoneIsBehind(db: Database, changeId: number): Promise<boolean> {
  const rows = await db
    .select({ id: controlPlane.id })
    .from(controlPlane)
    .where(
      and(
        lt(controlPlane.appliedChange, changeId),
        gt(controlPlane.leaseUntil, sql`clock_timestamp()`),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

/** Resolves when somebody wakes, or the time is over. */
function turn(wakers: Set<() => void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, timeoutMs);
    function done() {
      clearTimeout(timer);
      wakers.delete(done);
      resolve();
    }
    wakers.add(done);
  });
}

/** The work, or a failure when it takes longer. */
export async function soon<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer in ${timeoutMs} ms`)), timeoutMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
