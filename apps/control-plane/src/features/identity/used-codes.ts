import { randomUUID } from 'node:crypto';
import { and, eq, gt } from 'drizzle-orm';
import type { Transaction } from '../../db/connect.ts';
import { verification } from '../../db/schema/index.ts';

/** A code is right for 90 seconds: its own 30, and those before and after it. */
const CODE_MS = 2 * 60_000;

/**
 * Whether a code of the user's authenticator app was accepted before: each is accepted once (RFC
 * 6238, 5.2). The user must be locked.
 */
export async function isCodeUsed(
  tx: Transaction,
  userId: string,
  code: string,
  now: Date,
): Promise<boolean> {
  const rows = await tx
    .select({ id: verification.id })
    .from(verification)
    .where(
      and(eq(verification.identifier, identifierOf(userId, code)), gt(verification.expiresAt, now)),
    );
  return rows.length > 0;
}

/** Stored as Better Auth stores what expires; a code that was accepted is no secret. */
export async function markCodeUsed(
  tx: Transaction,
  userId: string,
  code: string,
  now: Date,
): Promise<void> {
  await tx.insert(verification).values({
    id: randomUUID(),
    identifier: identifierOf(userId, code),
    // Not the user's id: what has it ends with their sessions.
    value: 'used',
    expiresAt: new Date(now.getTime() + CODE_MS),
  });
}

function identifierOf(userId: string, code: string): string {
  return `used-code:${userId}:${code}`;
}
