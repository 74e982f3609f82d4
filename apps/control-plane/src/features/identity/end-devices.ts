import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { deviceCode, verification } from '../../db/schema/index.ts';

/**
 * Ends what would admit a device later without a new sign-in: the devices on which Better Auth skips
 * the second factor, sign-ins by password that still wait for it, and device logins that were
 * approved and not yet fetched.
 */
export async function endDevices(tx: Transaction, userId: string): Promise<void> {
  await tx.delete(verification).where(eq(verification.value, userId));
  await tx.delete(deviceCode).where(eq(deviceCode.userId, userId));
}
