import { and, desc, eq, notInArray } from 'drizzle-orm';
import type { Database } from '../../db/connect.ts';
import { session } from '../../db/schema/index.ts';

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
