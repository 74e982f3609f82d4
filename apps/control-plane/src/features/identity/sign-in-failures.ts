import { and, eq, gt, lt, lte, notExists, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Services } from '../../context.ts';
import type { Transaction } from '../../db/connect.ts';
import { passkey, signInFailure, user } from '../../db/schema/index.ts';
import { runForEach } from '../../run-for-each.ts';
import { appendSessionEvent } from './append-session-event.ts';
import { userTransaction } from './user-transaction.ts';

const MINUTE_MS = 60_000;
/** Between two events of one account. */
const INTERVAL_MS = 60 * MINUTE_MS;
/** Stands for every address that has no account: counted as well, or the difference could be timed. */
const NOBODY = '';
const ROWS_MAX = 1000;

interface FailedAttempt {
  readonly userId?: string | undefined;
  readonly email?: string | undefined;
  /** The id of the credential that was given. */
  readonly passkeyId?: string | undefined;
}

/** Counts what was given wrong, by account and minute: a stranger must not fill the audit log. */
export async function countSignInFailure(
  tx: Transaction,
  attempt: FailedAttempt,
  ip: string | null,
  now: Date,
): Promise<void> {
  const userId = attempt.userId ?? (await findAttempted(tx, attempt)) ?? NOBODY;
  const minute = startOfMinute(now);
  await tx
    .insert(signInFailure)
    .values({ userId, minute, count: 1, lastIp: ip })
    .onConflictDoUpdate({
      target: [signInFailure.userId, signInFailure.minute],
      set: { count: sql`${signInFailure.count} + 1`, lastIp: ip },
    });
}

async function findAttempted(tx: Transaction, { email, passkeyId }: FailedAttempt) {
  if (passkeyId !== undefined) {
    const [row] = await tx
      .select({ id: passkey.userId })
      .from(passkey)
      .where(eq(passkey.credentialID, passkeyId));
    return row?.id;
  }
  const [row] = await tx
    .select({ id: user.id })
    .from(user)
    .where(eq(user.email, (email ?? '').toLowerCase()));
  return row?.id;
}

/**
 * Turns the counts of past minutes into audit events: one for each account at once, and then one an
 * hour for as long as it goes on. A stranger who guesses for a year adds 24 events a day, not 1,440.
 */
export async function recordSignInFailures(
  services: RecordingServices,
): Promise<{ recorded: number }> {
  const { db, clock } = services;
  const now = startOfMinute(clock());
  const waitsSince = new Date(now.getTime() - INTERVAL_MS);
  const waiting = db
    .select({ one: sql`1` })
    .from(recorded)
    .where(
      and(
        eq(recorded.userId, signInFailure.userId),
        eq(recorded.count, 0),
        gt(recorded.minute, waitsSince),
      ),
    );
  const due = await db
    .selectDistinct({ userId: signInFailure.userId })
    .from(signInFailure)
    .where(and(lt(signInFailure.minute, now), gt(signInFailure.count, 0), notExists(waiting)))
    .limit(ROWS_MAX);
  await runForEach(
    services.log,
    due,
    ({ userId }) => ({ userId }),
    ({ userId }) => recordFailuresOf(services, userId, now),
  );
  await db
    .delete(signInFailure)
    .where(and(eq(signInFailure.count, 0), lte(signInFailure.minute, waitsSince)));
  return { recorded: due.length };
}

type RecordingServices = Pick<Services, 'db' | 'clock' | 'randomBytes' | 'log'>;

/** A row whose count is nought says until when the account's failures are recorded. */
const recorded = alias(signInFailure, 'recorded');

async function recordFailuresOf(
  services: RecordingServices,
  userId: string,
  now: Date,
): Promise<void> {
  await userTransaction(services.db, userId, async (tx) => {
    const rows = await tx
      .delete(signInFailure)
      .where(and(eq(signInFailure.userId, userId), lt(signInFailure.minute, now)))
      .returning();
    const failures = rows
      .filter(({ count }) => count > 0)
      .toSorted((a, b) => a.minute.getTime() - b.minute.getTime());
    const [first, last] = [failures[0], failures.at(-1)];
    if (!first || !last) return;
    await tx.insert(signInFailure).values({ userId, minute: last.minute, count: 0 });
    const count = failures.reduce((sum, row) => sum + row.count, 0);
    const after = {
      count,
      minute: first.minute.toISOString(),
      lastMinute: last.minute.toISOString(),
    };
    if (userId === NOBODY) {
      services.log.warn(after, 'sign-ins failed: no such account');
      return;
    }
    await appendSessionEvent(tx, services, userId, {
      action: 'session.sign_in_failed',
      actor: { type: 'system', job: 'record-sign-in-failures' },
      after,
      origin: { requestId: 'record-sign-in-failures', ip: last.lastIp, userAgent: null },
    });
  });
}

function startOfMinute(at: Date): Date {
  return new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);
}
