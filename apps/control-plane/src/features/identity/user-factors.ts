import type { Factor } from '@tollkeeper/contract';
import { eq, inArray, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { passkey, user } from '../../db/schema/index.ts';

/** What a user has set up besides the password. What a session was opened with is another matter. */
interface UserFactors {
  readonly totp: boolean;
  readonly passkey: boolean;
}

const columns = {
  totp: sql<boolean>`coalesce(${user.twoFactorEnabled}, false)`,
  passkey: sql<boolean>`${user.id} in (select ${passkey.userId} from ${passkey})`,
};

export async function findUserFactors(
  db: Database | Transaction,
  userId: string,
): Promise<UserFactors> {
  const [row] = await db.select(columns).from(user).where(eq(user.id, userId));
  return row ?? { totp: false, passkey: false };
}

/** Those of the users who have set a second factor up. */
export async function findUsersWithSecondFactor(
  db: Database | Transaction,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .select({ id: user.id, ...columns })
    .from(user)
    .where(inArray(user.id, [...new Set(userIds)]));
  return new Set(rows.filter((row) => row.totp || row.passkey).map((row) => row.id));
}

/** The strongest that the user can sign in with: any second factor, or without one the password. */
export function strongestFactors({ totp, passkey: hasPasskey }: UserFactors): Factor[] {
  if (!totp && !hasPasskey) return ['password'];
  return [
    ...(totp ? (['totp', 'backup_code'] as const) : []),
    ...(hasPasskey ? (['passkey'] as const) : []),
  ];
}

/** Whether more than a password was given: a passkey alone proves a device and its owner. */
export function includesSecondFactor(factors: readonly Factor[]): boolean {
  return factors.some((factor) => factor !== 'password');
}
