import { and, eq, isNotNull } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { deviceCode, session } from '../../db/schema/index.ts';
import type { SessionUser } from './find-user.ts';

/** Keeps with a device login how the person who approved it had signed in. */
export async function recordApprover(
  db: Transaction,
  userCode: string,
  { userId, session: { factors, signedInAt, authenticatedAt } }: SessionUser,
): Promise<void> {
  await db
    .update(deviceCode)
    .set({ factors: [...factors], signedInAt, authenticatedAt })
    .where(and(eq(deviceCode.userCode, normalized(userCode)), eq(deviceCode.userId, userId)));
}

/** What a device login that was approved passes on; read before it is used up. */
export async function findApprover(db: Database, code: string) {
  const { factors, signedInAt, authenticatedAt } = deviceCode;
  const [row] = await db
    .select({ factors, signedInAt, authenticatedAt })
    .from(deviceCode)
    .where(and(eq(deviceCode.deviceCode, code), isNotNull(factors)));
  return row;
}

export type Approver = NonNullable<Awaited<ReturnType<typeof findApprover>>>;

/** The session of a device is as good, and as old, as the one that approved it. */
export async function inheritFactors(
  db: Transaction,
  token: string,
  { factors, signedInAt, authenticatedAt }: Approver,
): Promise<void> {
  if (!factors || !signedInAt || !authenticatedAt) return;
  await db
    .update(session)
    .set({ factors, signedInAt, authenticatedAt })
    .where(eq(session.token, token));
}

/** As Better Auth reads what a person types: without dashes, in capitals. */
function normalized(userCode: string): string {
  return userCode.replace(/[^a-zA-Z0-9]/g, '').toUpperCase();
}
