import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { passkey, user } from '../../db/schema/index.ts';

/** Those of the users who sign in with a code or a passkey besides their password. */
export async function findUsersWithSecondFactor(
  db: Database | Transaction,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const hasPasskey = sql`exists (select 1 from ${passkey} where ${passkey.userId} = ${user.id})`;
  const rows = await db
    .select({ id: user.id })
    .from(user)
    .where(
      and(inArray(user.id, [...new Set(userIds)]), or(eq(user.twoFactorEnabled, true), hasPasskey)),
    );
  return new Set(rows.map((row) => row.id));
}

export async function hasSecondFactor(db: Database | Transaction, userId: string) {
  return (await findUsersWithSecondFactor(db, [userId])).has(userId);
}
