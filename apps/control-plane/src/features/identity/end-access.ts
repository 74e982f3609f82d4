import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { session, verification } from '../../db/schema/index.ts';

/**
 * Signs a user out everywhere, and ends what stands for a part of a sign-in: devices that skip the
 * second factor, and sign-ins that wait for it.
 */
export async function endAccess(tx: Transaction, userId: string): Promise<void> {
  await tx.delete(session).where(eq(session.userId, userId));
  await tx.delete(verification).where(eq(verification.value, userId));
}
