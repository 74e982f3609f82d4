import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { account } from '../../db/schema/index.ts';

/** @param passwordHash from `hashPassword` of Better Auth, which is slow: run it before */
export async function setPassword(
  tx: Transaction,
  userId: string,
  passwordHash: string,
  now: Date,
): Promise<void> {
  await tx
    .update(account)
    .set({ password: passwordHash, updatedAt: now })
    .where(and(eq(account.userId, userId), eq(account.providerId, 'credential')));
}
