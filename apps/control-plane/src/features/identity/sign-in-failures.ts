import { and, eq, lt, sql } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { passkey, signInFailure, user } from '../../db/schema/index.ts';
import type { Services } from '../../kernel/context.ts';
import { appendSessionEvent } from './append-session-event.ts';

const MINUTE_MS = 60_000;
/** Stands for every address that has no account: counted as well, or the difference could be timed. */
const NOBODY = '';
const ROWS_MAX = 1000;

export interface FailedAttempt {
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

/** Turns the counts of past minutes into one audit event for each account and minute. */
export async function recordSignInFailures(
  services: Pick<Services, 'db' | 'clock' | 'randomBytes' | 'log'>,
): Promise<{ recorded: number }> {
  const { db, clock, log } = services;
  const isPast = lt(signInFailure.minute, startOfMinute(clock()));
  const due = await db.select().from(signInFailure).where(isPast).limit(ROWS_MAX);
  for (const { userId, minute } of due) {
    await db.transaction(async (tx) => {
      const [row] = await tx
        .delete(signInFailure)
        .where(and(eq(signInFailure.userId, userId), eq(signInFailure.minute, minute)))
        .returning();
      if (!row) return;
      if (userId === NOBODY) {
        log.warn({ count: row.count, minute }, 'sign-ins failed: no such account');
        return;
      }
      await appendSessionEvent(tx, services, userId, {
        action: 'session.sign_in_failed',
        actor: { type: 'system', job: 'record-sign-in-failures' },
        after: { count: row.count, minute: minute.toISOString() },
        origin: { requestId: 'record-sign-in-failures', ip: row.lastIp, userAgent: null },
      });
    });
  }
  return { recorded: due.length };
}

function startOfMinute(at: Date): Date {
  return new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);
}
