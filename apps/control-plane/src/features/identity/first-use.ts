/**
 * A password that the operator's command made and printed, until its first use. Strangers who guess at the
 * account would else keep its owner out. Guesses at it need no limit by account: it has 144 random bits.
 */
import { randomUUID } from 'node:crypto';
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../../db/connect.ts';
import { user, verification } from '../../db/schema/index.ts';

const FIRST_USE_MS = 60 * 60_000;

/** Where `verification` stores it, beside the user in `value`: what ends a user's access ends it too. */
const FIRST_USE = 'first-use:';
const identifierOf = (userId: string) => FIRST_USE + userId;

export async function awaitFirstUse(tx: Transaction, userId: string, now: Date): Promise<void> {
  await tx.insert(verification).values({
    id: randomUUID(),
    identifier: identifierOf(userId),
    value: userId,
    expiresAt: new Date(now.getTime() + FIRST_USE_MS),
  });
}

/** @param email in lower case */
export async function isFirstUseAwaited(db: Database, email: string, now: Date): Promise<boolean> {
  // One statement, whether there is such an account or not: its time says nothing of that.
  const awaited = await db
    .select({ id: verification.id })
    .from(user)
    .innerJoin(verification, eq(verification.identifier, sql`${FIRST_USE} || ${user.id}`))
    .where(and(eq(user.email, email), gt(verification.expiresAt, now)));
  return awaited.length > 0;
}

export async function endFirstUse(db: Database, userId: string): Promise<void> {
  await db.delete(verification).where(eq(verification.identifier, identifierOf(userId)));
}
