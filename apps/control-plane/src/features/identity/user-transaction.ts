import { and, asc, eq, isNull, ne } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { member, organization, user } from '../../db/schema/index.ts';
import { DomainError } from '../../domain-error.ts';
import { lockChainEnd } from '../../write/audit.ts';
import { retried } from '../../write/commit.ts';
import { runExclusively } from '../../write/run-exclusively.ts';

/**
 * A transaction that changes how somebody signs in, and so ends with an event in each of their
 * organizations. It waits for the changes of these organizations before it takes a connection, and
 * locks the ends of their chains first, in the order of their ids, as every change of theirs does:
 * the two never wait for each other in a circle.
 * @throws DomainError unavailable, rate_limited, and what `work` throws
 */
export async function userTransaction<T>(
  db: Database,
  userId: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const memberships = await db
    .select({ organizationId: member.organizationId })
    .from(member)
    .innerJoin(organization, eq(organization.id, member.organizationId))
    .where(
      and(eq(member.userId, userId), ne(member.status, 'removed'), isNull(organization.deletedAt)),
    )
    .orderBy(asc(member.organizationId));
  const organizationIds = memberships.map(({ organizationId }) => organizationId);
  const caller = { owner: userId, credential: userId };
  return runExclusively(db, organizationIds, caller, () =>
    db.transaction(async (tx) => {
      for (const id of organizationIds) await lockChainEnd(tx, id);
      return work(tx);
    }),
  );
}

/**
 * The same for what changes the user as a whole, such as the password: locks the user as well, so that
 * no sign-in passes. Runs again after a deadlock.
 */
export async function changeUser<T>(
  db: Database,
  userId: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return retried(() =>
    userTransaction(db, userId, async (tx) => {
      await tx.select({ id: user.id }).from(user).where(eq(user.id, userId)).for('update');
      return work(tx);
    }),
  );
}

/**
 * Finds the user that an operator names by the address.
 * @throws DomainError not_found
 */
export async function getUserId(db: Database, email: string): Promise<string> {
  const [found] = await db
    .select({ id: user.id })
    .from(user)
    .where(eq(user.email, email.toLowerCase()));
  if (!found) throw new DomainError('not_found', `There is no account "${email}" on this server.`);
  return found.id;
}
