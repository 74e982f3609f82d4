import { and, desc, eq, notInArray } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { deviceCode, session, verification } from '../../db/schema/index.ts';

/**
 * Signs a user out everywhere, and ends whatever would open another session without a new sign-in.
 */
export async function endAccess(tx: Transaction, userId: string): Promise<void> {
  await tx.delete(session).where(eq(session.userId, userId));
  await endDevices(tx, userId);
}

/**
 * Ends what would admit a device later without a new sign-in: the devices on which Better Auth skips
 * the second factor, sign-ins by password that still wait for it, and device logins that were
 * approved and not yet fetched.
 */
export async function endDevices(tx: Transaction, userId: string): Promise<void> {
  await tx.delete(verification).where(eq(verification.value, userId));
  await tx.delete(deviceCode).where(eq(deviceCode.userId, userId));
}

/** More than anyone has devices: a program that signs in again and again ends its own oldest. */
const PER_USER_MAX = 100;

export async function trimSessions(db: Database, userId: string): Promise<void> {
  const newest = db
    .select({ id: session.id })
    .from(session)
    .where(eq(session.userId, userId))
    .orderBy(desc(session.createdAt), desc(session.id))
    .limit(PER_USER_MAX);
  await db.delete(session).where(and(eq(session.userId, userId), notInArray(session.id, newest)));
}
