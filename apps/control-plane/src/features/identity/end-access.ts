import { eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { session } from '../../db/schema/index.ts';
import { endDevices } from './end-devices.ts';

/**
 * Signs a user out everywhere, and ends whatever would open another session without a new sign-in.
 */
export async function endAccess(tx: Transaction, userId: string): Promise<void> {
  await tx.delete(session).where(eq(session.userId, userId));
  await endDevices(tx, userId);
}
