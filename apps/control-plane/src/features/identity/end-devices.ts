import { and, eq, like } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { deviceCode, verification } from '../../db/schema/index.ts';

/**
 * Ends what would let a device in later without signing in anew: the devices on which Better Auth
 * skips the second factor, and device logins that were approved and not yet fetched.
 */
export async function endDevices(tx: Transaction, userId: string): Promise<void> {
  await tx
    .delete(verification)
    .where(and(eq(verification.value, userId), like(verification.identifier, 'trust-device-%')));
  await tx.delete(deviceCode).where(eq(deviceCode.userId, userId));
}
